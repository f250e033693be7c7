package io.j8s.nodeagent.api;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.certificates.v1.ClusterTrustBundle;
import io.fabric8.kubernetes.api.model.certificates.v1.PodCertificateRequest;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.j8s.controllers.runtime.Informer;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// [ClusterApi] over a client, be it one over TLS or one inside the process.
public final class KubernetesClusterApi implements ClusterApi {

    private static final String LEASES = "kube-node-lease"; // upstream: NamespaceNodeLease
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final KubernetesClient client;
    private final @Nullable Informer<Service> services;

    /// @param services asked first, once it has all of them; null where nobody watches them
    public KubernetesClusterApi(KubernetesClient client, @Nullable Informer<Service> services) {
        this.client = client;
        this.services = services;
    }

    @Override
    public Optional<Node> node(String name) {
        return Optional.ofNullable(client.nodes().withName(name).get());
    }

    @Override
    public Node createNode(Node node) {
        return client.nodes().resource(node).create();
    }

    @Override
    public Node patchNode(String name, Map<String, Object> patch) {
        return json(patched("/api/v1/nodes/" + name, patch), Node.class);
    }

    @Override
    public Node patchNodeStatus(String name, Map<String, Object> patch) {
        return json(patched("/api/v1/nodes/" + name + "/status", patch), Node.class);
    }

    @Override
    public Optional<Lease> lease(String name) {
        return Optional.ofNullable(client.leases().inNamespace(LEASES).withName(name).get());
    }

    @Override
    public Lease createLease(Lease lease) {
        return client.leases().inNamespace(LEASES).resource(lease).create();
    }

    @Override
    public Lease updateLease(Lease lease) {
        return client.leases().inNamespace(LEASES).resource(lease).update();
    }

    @Override
    public AutoCloseable watchPods(String nodeName, PodListener listener) {
        var informer =
                client.pods()
                        .inAnyNamespace()
                        .withField("spec.nodeName", nodeName)
                        .runnableInformer(0);
        informer.exceptionHandler((isStarted, failure) -> true); // keeps trying
        informer.addEventHandler(
                new ResourceEventHandler<Pod>() {
                    @Override
                    public void onAdd(Pod pod) {
                        listener.changed(pod);
                    }

                    @Override
                    public void onUpdate(Pod before, Pod pod) {
                        listener.changed(pod);
                    }

                    @Override
                    public void onDelete(Pod pod, boolean isLastStateUnknown) {
                        listener.deleted(pod);
                    }
                });
        var _ = informer.start().thenRun(listener::synced);
        return informer::stop;
    }

    @Override
    public Pod createPod(Pod pod) {
        return client.pods().inNamespace(pod.getMetadata().getNamespace()).resource(pod).create();
    }

    @Override
    public boolean patchPodStatus(ObjectKey key, Map<String, Object> patch) {
        try {
            patched(path(key, "pods") + "/status", patch);
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
        var path = "/api/v1/namespaces/%s/pods/%s".formatted(key.namespace(), key.name());
        var options =
                """
                {"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":0,\
                "preconditions":{"uid":"%s"}}\
                """
                        .formatted(uid);
        try {
            client.raw(path, "DELETE", options);
        } catch (KubernetesClientException e) {
            if (e.getCode() != NOT_FOUND && e.getCode() != CONFLICT) {
                throw e;
            }
        }
    }

    @Override
    public Optional<ConfigMap> configMap(ObjectKey key) {
        return Optional.ofNullable(
                client.configMaps().inNamespace(key.namespace()).withName(key.name()).get());
    }

    @Override
    public Optional<Secret> secret(ObjectKey key) {
        return Optional.ofNullable(
                client.secrets().inNamespace(key.namespace()).withName(key.name()).get());
    }

    @Override
    public Optional<ServiceAccount> serviceAccount(ObjectKey key) {
        return Optional.ofNullable(
                client.serviceAccounts().inNamespace(key.namespace()).withName(key.name()).get());
    }

    @Override
    public Optional<PersistentVolumeClaim> claim(ObjectKey key) {
        return Optional.ofNullable(
                client.persistentVolumeClaims()
                        .inNamespace(key.namespace())
                        .withName(key.name())
                        .get());
    }

    @Override
    public Optional<PersistentVolume> persistentVolume(String name) {
        return Optional.ofNullable(client.persistentVolumes().withName(name).get());
    }

    @Override
    public Optional<String> runtimeHandler(String runtimeClass) {
        return Optional.ofNullable(client.runtimeClasses().withName(runtimeClass).get())
                .map(found -> found.getHandler());
    }

    @Override
    public TokenRequest createToken(ObjectKey serviceAccount, TokenRequest request) {
        return client.serviceAccounts()
                .inNamespace(serviceAccount.namespace())
                .withName(serviceAccount.name())
                .tokenRequest(request);
    }

    @Override
    public List<Service> services(String namespace) {
        var cached = services;
        if (cached != null && cached.hasSynced()) {
            return cached.inNamespace(namespace);
        }
        return client.services().inNamespace(namespace).list().getItems();
    }

    @Override
    public Optional<ClusterTrustBundle> clusterTrustBundle(String name) {
        return Optional.ofNullable(client.resources(ClusterTrustBundle.class).withName(name).get());
    }

    @Override
    public List<ClusterTrustBundle> clusterTrustBundles(String signer) {
        return client.resources(ClusterTrustBundle.class)
                .withField("spec.signerName", signer)
                .list()
                .getItems();
    }

    @Override
    public Optional<PodCertificateRequest> podCertificateRequest(ObjectKey key) {
        return Optional.ofNullable(
                client.resources(PodCertificateRequest.class)
                        .inNamespace(key.namespace())
                        .withName(key.name())
                        .get());
    }

    @Override
    public PodCertificateRequest createPodCertificateRequest(PodCertificateRequest request) {
        return client.resources(PodCertificateRequest.class)
                .inNamespace(request.getMetadata().getNamespace())
                .resource(request)
                .create();
    }

    @Override
    public Event createEvent(Event event) {
        return client.v1()
                .events()
                .inNamespace(event.getMetadata().getNamespace())
                .resource(event)
                .create();
    }

    @Override
    public void patchEvent(ObjectKey key, Map<String, Object> patch) {
        patched(path(key, "events"), patch);
    }

    @Override
    public TokenReview review(TokenReview review) {
        return client.tokenReviews().create(review);
    }

    @Override
    public SubjectAccessReview review(SubjectAccessReview review) {
        return client.authorization().v1().subjectAccessReview().create(review);
    }

    private static String path(ObjectKey key, String resource) {
        return "/api/v1/namespaces/%s/%s/%s".formatted(key.namespace(), resource, key.name());
    }

    /// One request: the client's own patch reads the object first, which costs a second one, and
    /// which a node may not do with events.
    private byte[] patched(String path, Map<String, Object> patch) {
        var base = client.getMasterUrl().toString();
        var request =
                client.getHttpClient()
                        .newHttpRequestBuilder()
                        .uri(
                                (base.endsWith("/") ? base.substring(0, base.length() - 1) : base)
                                        + path)
                        .setHeader("Accept", "application/json")
                        .method(
                                "PATCH",
                                "application/strategic-merge-patch+json",
                                client.getKubernetesSerialization().asJson(patch))
                        .build();
        try {
            var response =
                    client.getHttpClient()
                            .sendAsync(request, byte[].class)
                            .get(ANSWER_WITHIN.toSeconds(), TimeUnit.SECONDS);
            var body = response.body() == null ? new byte[0] : response.body();
            if (!response.isSuccessful()) {
                throw refusal(response.code(), body);
            }
            return body;
        } catch (ExecutionException | TimeoutException e) {
            throw new KubernetesClientException("no answer to PATCH " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KubernetesClientException("interrupted", e);
        }
    }

    private KubernetesClientException refusal(int code, byte[] body) {
        try {
            return new KubernetesClientException(json(body, Status.class));
        } catch (RuntimeException e) {
            return new KubernetesClientException(
                    new String(body, StandardCharsets.UTF_8), code, null);
        }
    }

    private <T> T json(byte[] body, Class<T> type) {
        return client.getKubernetesSerialization()
                .unmarshal(new String(body, StandardCharsets.UTF_8), type);
    }
}
