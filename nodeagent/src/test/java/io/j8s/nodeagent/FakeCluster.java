package io.j8s.nodeagent;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.ClusterTrustBundle;
import io.fabric8.kubernetes.api.model.certificates.v1.PodCertificateRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.PodCertificateRequestBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.api.ClusterApi;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// An API server of maps: as much as the agent asks of one.
public final class FakeCluster implements ClusterApi {

    public final Map<ObjectKey, Pod> pods = new ConcurrentHashMap<>();
    public final Map<ObjectKey, ConfigMap> configMaps = new ConcurrentHashMap<>();
    public final Map<ObjectKey, Secret> secrets = new ConcurrentHashMap<>();
    public final Map<ObjectKey, PersistentVolumeClaim> claims = new ConcurrentHashMap<>();
    public final Map<String, ClusterTrustBundle> bundles = new ConcurrentHashMap<>();
    public final Map<ObjectKey, PodCertificateRequest> certificateRequests =
            new ConcurrentHashMap<>();
    public final Map<ObjectKey, ServiceAccount> serviceAccounts = new ConcurrentHashMap<>();
    public final Map<String, PersistentVolume> persistentVolumes = new ConcurrentHashMap<>();
    public final Set<String> accountsGone = ConcurrentHashMap.newKeySet(); // have no tokens
    public final List<Event> events = new CopyOnWriteArrayList<>();
    public final List<Service> services = new CopyOnWriteArrayList<>();
    volatile @Nullable Node node;
    volatile @Nullable Lease lease;
    final java.util.concurrent.atomic.AtomicInteger tokens =
            new java.util.concurrent.atomic.AtomicInteger();
    private final List<PodListener> listeners = new CopyOnWriteArrayList<>();
    private final KubernetesSerialization json = new KubernetesSerialization();

    public Pod submit(Pod pod) {
        var stored =
                new PodBuilder(pod)
                        .editMetadata()
                        .withUid(UUID.randomUUID().toString())
                        .withNamespace(
                                pod.getMetadata().getNamespace() == null
                                        ? "default"
                                        : pod.getMetadata().getNamespace())
                        .withCreationTimestamp(Instant.now().toString())
                        .endMetadata()
                        .build();
        put(stored);
        return stored;
    }

    public synchronized void put(Pod pod) {
        pods.put(keyOf(pod), pod);
        listeners.forEach(listener -> listener.changed(pod));
    }

    /// As `kubectl delete`: the kubelet ends it.
    public void delete(Pod pod, long graceSeconds) {
        put(
                new PodBuilder(pods.get(keyOf(pod)))
                        .editMetadata()
                        .withDeletionTimestamp(Instant.now().plusSeconds(graceSeconds).toString())
                        .withDeletionGracePeriodSeconds(graceSeconds)
                        .endMetadata()
                        .build());
    }

    public static ObjectKey keyOf(Pod pod) {
        return new ObjectKey(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
    }

    public List<String> eventsOf(Pod pod) {
        return events.stream()
                .filter(event ->
                        pod.getMetadata().getUid().equals(event.getInvolvedObject().getUid()))
                .map(event -> event.getReason() + ": " + event.getMessage())
                .toList();
    }

    @Override
    public Optional<Node> node(String name) {
        return Optional.ofNullable(node);
    }

    @Override
    public Node createNode(Node created) {
        node = new NodeBuilder(created).editMetadata().withUid("node-uid").endMetadata().build();
        return Objects.requireNonNull(node);
    }

    @Override
    public Node patchNode(String name, Map<String, Object> patch) {
        return Objects.requireNonNull(node);
    }

    @Override
    public Node patchNodeStatus(String name, Map<String, Object> patch) {
        node = json.convertValue(merged(asMap(Objects.requireNonNull(node)), patch), Node.class);
        return Objects.requireNonNull(node);
    }

    @Override
    public Optional<Lease> lease(String name) {
        return Optional.ofNullable(lease);
    }

    @Override
    public Lease createLease(Lease created) {
        lease = created;
        return created;
    }

    @Override
    public Lease updateLease(Lease updated) {
        lease = updated;
        return updated;
    }

    @Override
    public AutoCloseable watchPods(String nodeName, PodListener listener) {
        listeners.add(listener);
        pods.values().forEach(listener::changed);
        listener.synced();
        return () -> listeners.remove(listener);
    }

    @Override
    public Pod createPod(Pod pod) {
        return submit(pod);
    }

    @Override
    public synchronized boolean patchPodStatus(ObjectKey key, Map<String, Object> patch) {
        var pod = pods.get(key);
        if (pod == null) {
            return false;
        }
        var updated = json.convertValue(merged(asMap(pod), patch), Pod.class);
        pods.put(key, updated);
        listeners.forEach(listener -> listener.changed(updated));
        return true;
    }

    @Override
    public synchronized void deletePod(ObjectKey key, String uid) {
        var pod = pods.get(key);
        if (pod != null && pod.getMetadata().getUid().equals(uid)) {
            pods.remove(key);
            listeners.forEach(listener -> listener.deleted(pod));
        }
    }

    @Override
    public Optional<ConfigMap> configMap(ObjectKey key) {
        return Optional.ofNullable(configMaps.get(key));
    }

    @Override
    public Optional<Secret> secret(ObjectKey key) {
        return Optional.ofNullable(secrets.get(key));
    }

    @Override
    public Optional<ServiceAccount> serviceAccount(ObjectKey key) {
        return Optional.ofNullable(serviceAccounts.get(key));
    }

    @Override
    public Optional<PersistentVolumeClaim> claim(ObjectKey key) {
        return Optional.ofNullable(claims.get(key));
    }

    @Override
    public Optional<PersistentVolume> persistentVolume(String name) {
        return Optional.ofNullable(persistentVolumes.get(name));
    }

    @Override
    public Optional<String> runtimeHandler(String runtimeClass) {
        return Optional.empty();
    }

    @Override
    public Optional<ResourceClaim> resourceClaim(ObjectKey key) {
        return Optional.empty();
    }

    @Override
    public TokenRequest createToken(ObjectKey serviceAccount, TokenRequest request) {
        if (accountsGone.contains(serviceAccount.name())) {
            throw new KubernetesClientException(
                    "serviceaccounts \"%s\" not found".formatted(serviceAccount.name()), 404, null);
        }
        int number = tokens.incrementAndGet();
        return new TokenRequestBuilder(request)
                .withNewStatus()
                .withToken("token-" + number)
                .withExpirationTimestamp(
                        Instant.now()
                                .plusSeconds(request.getSpec().getExpirationSeconds())
                                .toString())
                .endStatus()
                .build();
    }

    @Override
    public List<Service> services(String namespace) {
        return services.stream()
                .filter(service -> namespace.equals(service.getMetadata().getNamespace()))
                .toList();
    }

    @Override
    public Optional<ClusterTrustBundle> clusterTrustBundle(String name) {
        return Optional.ofNullable(bundles.get(name));
    }

    @Override
    public List<ClusterTrustBundle> clusterTrustBundles(String signer) {
        return bundles.values().stream()
                .filter(bundle -> signer.equals(bundle.getSpec().getSignerName()))
                .toList();
    }

    @Override
    public Optional<PodCertificateRequest> podCertificateRequest(ObjectKey key) {
        return Optional.ofNullable(certificateRequests.get(key));
    }

    @Override
    public PodCertificateRequest createPodCertificateRequest(PodCertificateRequest request) {
        var named =
                new PodCertificateRequestBuilder(request)
                        .editMetadata()
                        .withName(request.getMetadata().getGenerateName() + "1")
                        .endMetadata()
                        .build();
        certificateRequests.put(
                new ObjectKey(named.getMetadata().getNamespace(), named.getMetadata().getName()),
                named);
        return named;
    }

    @Override
    public void createEvent(Event event) {
        events.add(event);
    }

    @Override
    public void patchEvent(ObjectKey key, Map<String, Object> patch) {}

    @Override
    public TokenReview review(TokenReview review) {
        return new io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder(review)
                .withNewStatus()
                .withAuthenticated(true)
                .withNewUser()
                .withUsername("tester")
                .endUser()
                .endStatus()
                .build();
    }

    @Override
    public SubjectAccessReview review(SubjectAccessReview review) {
        return new SubjectAccessReviewBuilder(review)
                .withNewStatus()
                .withAllowed(true)
                .endStatus()
                .build();
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> asMap(Object object) {
        return json.convertValue(object, Map.class);
    }

    /// A strategic merge that knows conditions and the replace directive.
    @SuppressWarnings("unchecked")
    private static Map<String, Object> merged(Map<String, Object> old, Map<String, Object> patch) {
        var result = new LinkedHashMap<>(old);
        patch.forEach((name, value) -> {
            if (value == null) {
                result.remove(name);
            } else if (value instanceof Map<?, ?> map) {
                var before = result.getOrDefault(name, Map.of());
                result.put(name, merged((Map<String, Object>) before, (Map<String, Object>) map));
            } else if (name.equals("conditions")) {
                result.put(
                        name,
                        mergedConditions(
                                (List<Map<String, Object>>) result.getOrDefault(name, List.of()),
                                (List<Map<String, Object>>) value));
            } else if (value instanceof List<?> list
                    && !list.isEmpty()
                    && Map.of("$patch", "replace").equals(list.getFirst())) {
                result.put(name, list.subList(1, list.size()));
            } else {
                result.put(name, value);
            }
        });
        return result;
    }

    private static List<Map<String, Object>> mergedConditions(
            List<Map<String, Object>> old, List<Map<String, Object>> patch) {
        var byType = new LinkedHashMap<Object, Map<String, Object>>();
        old.forEach(condition -> byType.put(condition.get("type"), condition));
        for (var condition : patch) {
            if ("delete".equals(condition.get("$patch"))) {
                byType.remove(condition.get("type"));
                continue;
            }
            var before = byType.getOrDefault(condition.get("type"), Map.of());
            byType.put(condition.get("type"), merged(before, condition));
        }
        return new ArrayList<>(byType.values());
    }
}
