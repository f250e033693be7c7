package io.j8s.nodeagent.api;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.certificates.v1.ClusterTrustBundle;
import io.fabric8.kubernetes.api.model.certificates.v1.PodCertificateRequest;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.ObjectJson;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// [ClusterApi] over an [Api], be it one over TLS or one inside the process.
public final class KubernetesClusterApi implements ClusterApi {

    private static final String LEASES = "kube-node-lease"; // upstream: NamespaceNodeLease
    private static final String CERTIFICATES = "certificates.k8s.io";
    private static final Kind<TokenReview> TOKEN_REVIEWS =
            Kind.cluster(
                    TokenReview.class,
                    "authentication.k8s.io",
                    "v1",
                    "tokenreviews",
                    "TokenReview");
    private static final Kind<RuntimeClass> RUNTIME_CLASSES =
            Kind.cluster(RuntimeClass.class, "node.k8s.io", "v1", "runtimeclasses", "RuntimeClass");
    private static final Kind<ClusterTrustBundle> TRUST_BUNDLES =
            Kind.cluster(
                    ClusterTrustBundle.class,
                    CERTIFICATES,
                    "v1",
                    "clustertrustbundles",
                    "ClusterTrustBundle");
    private static final Kind<PodCertificateRequest> POD_CERTIFICATES =
            Kind.namespaced(
                    PodCertificateRequest.class,
                    CERTIFICATES,
                    "v1",
                    "podcertificaterequests",
                    "PodCertificateRequest");
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final Api api;
    private final @Nullable Informer<Service> services;
    private final Timers timers;
    private final RandomGenerator random;

    /// @param services asked first, once it has all of them; null where nobody watches them
    public KubernetesClusterApi(
            Api api, @Nullable Informer<Service> services, Timers timers, RandomGenerator random) {
        this.api = api;
        this.services = services;
        this.timers = timers;
        this.random = random;
    }

    @Override
    public Optional<Node> node(String name) {
        return found(Kinds.NODES, ObjectKey.clusterScoped(name));
    }

    @Override
    public Node createNode(Node node) {
        return answered(() -> api.create(Kinds.NODES, node));
    }

    @Override
    public Node patchNode(String name, Map<String, Object> patch) {
        return answered(
                () -> api.patch(Kinds.NODES, ObjectKey.clusterScoped(name), strategic(patch, "")));
    }

    @Override
    public Node patchNodeStatus(String name, Map<String, Object> patch) {
        return answered(() ->
                api.patch(Kinds.NODES, ObjectKey.clusterScoped(name), strategic(patch, "status")));
    }

    @Override
    public Optional<Lease> lease(String name) {
        return found(Kinds.LEASES, new ObjectKey(LEASES, name));
    }

    @Override
    public Lease createLease(Lease lease) {
        return answered(() -> api.create(Kinds.LEASES, lease));
    }

    @Override
    public Lease updateLease(Lease lease) {
        return answered(() -> api.update(Kinds.LEASES, lease));
    }

    @Override
    public AutoCloseable watchPods(String nodeName, PodListener listener) {
        var informers = new Informers(api, timers, random);
        var pods = informers.of(Kinds.PODS, "", "spec.nodeName=" + nodeName);
        pods.onChange((before, after) -> {
            if (after != null) {
                listener.changed(after);
            } else if (before != null) {
                listener.deleted(before);
            }
        });
        var _ = pods.synced().thenRun(listener::synced);
        informers.start();
        return informers;
    }

    @Override
    public Pod createPod(Pod pod) {
        return answered(() -> api.create(Kinds.PODS, pod));
    }

    @Override
    public boolean patchPodStatus(ObjectKey key, Map<String, Object> patch) {
        try {
            told(() -> api.send(Kinds.PODS, key, strategic(patch, "status")));
            return true;
        } catch (KubernetesClientException e) {
            // 409: the name now belongs to another pod, whose uid differs from the patch's
            if (e.getCode() == NOT_FOUND || e.getCode() == CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void deletePod(ObjectKey key, String uid) {
        try {
            told(() -> api.delete(Kinds.PODS, key, Api.Delete.PLAIN.grace(0).onlyUid(uid)));
        } catch (KubernetesClientException e) {
            if (e.getCode() != NOT_FOUND && e.getCode() != CONFLICT) {
                throw e;
            }
        }
    }

    @Override
    public Optional<ConfigMap> configMap(ObjectKey key) {
        return found(Kinds.CONFIG_MAPS, key);
    }

    @Override
    public Optional<Secret> secret(ObjectKey key) {
        return found(Kinds.SECRETS, key);
    }

    @Override
    public Optional<ServiceAccount> serviceAccount(ObjectKey key) {
        return found(Kinds.SERVICE_ACCOUNTS, key);
    }

    @Override
    public Optional<PersistentVolumeClaim> claim(ObjectKey key) {
        return found(Kinds.CLAIMS, key);
    }

    @Override
    public Optional<PersistentVolume> persistentVolume(String name) {
        return found(Kinds.PERSISTENT_VOLUMES, ObjectKey.clusterScoped(name));
    }

    @Override
    public Optional<String> runtimeHandler(String runtimeClass) {
        return found(RUNTIME_CLASSES, ObjectKey.clusterScoped(runtimeClass))
                .map(RuntimeClass::getHandler);
    }

    @Override
    public Optional<ResourceClaim> resourceClaim(ObjectKey key) {
        return found(Kinds.RESOURCE_CLAIMS, key);
    }

    @Override
    public TokenRequest createToken(ObjectKey account, TokenRequest request) {
        // a subresource that answers with an object: what is posted to it is created there
        var tokens =
                Kind.cluster(
                        TokenRequest.class,
                        "",
                        "v1",
                        Kinds.SERVICE_ACCOUNTS.path(account).substring("/api/v1/".length())
                                + "/token",
                        "TokenRequest");
        return answered(() -> api.create(tokens, request));
    }

    @Override
    public List<Service> services(String namespace) {
        var cached = services;
        if (cached != null && cached.hasSynced()) {
            return cached.inNamespace(namespace);
        }
        return answered(() -> api.list(Kinds.SERVICES, Api.Query.all(namespace)).items());
    }

    @Override
    public Optional<ClusterTrustBundle> clusterTrustBundle(String name) {
        return found(TRUST_BUNDLES, ObjectKey.clusterScoped(name));
    }

    @Override
    public List<ClusterTrustBundle> clusterTrustBundles(String signer) {
        return answered(() ->
                api.list(TRUST_BUNDLES, Api.Query.all("").fields("spec.signerName=" + signer))
                        .items());
    }

    @Override
    public Optional<PodCertificateRequest> podCertificateRequest(ObjectKey key) {
        return found(POD_CERTIFICATES, key);
    }

    @Override
    public PodCertificateRequest createPodCertificateRequest(PodCertificateRequest request) {
        return answered(() -> api.create(POD_CERTIFICATES, request));
    }

    @Override
    public void createEvent(Event event) {
        told(() -> api.send(Kinds.EVENTS, event));
    }

    @Override
    public void patchEvent(ObjectKey key, Map<String, Object> patch) {
        told(() -> api.send(Kinds.EVENTS, key, strategic(patch, "")));
    }

    @Override
    public TokenReview review(TokenReview review) {
        return answered(() -> api.create(TOKEN_REVIEWS, review));
    }

    @Override
    public SubjectAccessReview review(SubjectAccessReview review) {
        return answered(() -> api.create(Kinds.ACCESS_REVIEWS, review));
    }

    private static Api.Patch strategic(Map<String, Object> patch, String subresource) {
        return Api.Patch.strategic(ObjectJson.write(patch)).on(subresource);
    }

    private <T extends HasMetadata> Optional<T> found(Kind<T> kind, ObjectKey key) {
        return answered(() -> {
            try {
                return Optional.of(api.get(kind, key));
            } catch (StatusException e) {
                if (e.isNotFound()) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    private static void told(Runnable call) {
        answered(() -> {
            call.run();
            return true;
        });
    }

    /// Refusals and silence in the one form that the node knows.
    private static <T> T answered(Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusException e) {
            throw new KubernetesClientException(e.message(), e.code(), null);
        } catch (UncheckedIOException e) {
            throw new KubernetesClientException(e.getMessage(), e);
        }
    }
}
