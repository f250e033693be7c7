package io.j8s.nodeagent.volumes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.api.ClusterApi;
import io.j8s.nodeagent.core.PodFacts;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;

/// The objects and tokens that one pod's volumes are made of, all asked for together and as soon as
/// it is known that they will be needed, so that a volume does not wait for them one by one. What
/// is here is as old as this object: it serves one mount. Used by the pod's worker only.
final class PodSources {

    private static final int FORBIDDEN = 403;

    private final ClusterApi api;
    private final TokenCache cache;
    private final Pod pod;
    private final Map<ObjectKey, FutureTask<Optional<ConfigMap>>> configMaps = new HashMap<>();
    private final Map<ObjectKey, FutureTask<Optional<Secret>>> secrets = new HashMap<>();
    private final Map<ServiceAccountTokenProjection, FutureTask<String>> tokens = new HashMap<>();

    private PodSources(ClusterApi api, TokenCache cache, Pod pod) {
        this.api = api;
        this.cache = cache;
        this.pod = pod;
    }

    /// How questions are asked beside the worker: by whom, and how many at once on this node.
    record Asking(Executor threads, Semaphore limit) {
        private <A> FutureTask<A> ask(Callable<A> question) {
            var task =
                    new FutureTask<>(() -> {
                        limit.acquire();
                        try {
                            return question.call();
                        } finally {
                            limit.release();
                        }
                    });
            threads.execute(task);
            return task;
        }
    }

    static PodSources ask(Pod pod, ClusterApi api, TokenCache cache, Asking asking) {
        var sources = new PodSources(api, cache, pod);
        var used = PodFacts.usedVolumes(pod);
        for (var volume : pod.getSpec().getVolumes()) {
            if (used.contains(volume.getName())) {
                sources.ask(volume, asking);
            }
        }
        return sources;
    }

    private void ask(Volume volume, Asking asking) {
        if (volume.getConfigMap() != null) {
            askConfigMap(volume.getConfigMap().getName(), asking);
        } else if (volume.getSecret() != null) {
            askSecret(volume.getSecret().getSecretName(), asking);
        } else if (volume.getProjected() != null) {
            for (var part : volume.getProjected().getSources()) {
                if (part.getConfigMap() != null) {
                    askConfigMap(part.getConfigMap().getName(), asking);
                } else if (part.getSecret() != null) {
                    askSecret(part.getSecret().getName(), asking);
                } else if (part.getServiceAccountToken() != null) {
                    var wanted = part.getServiceAccountToken();
                    tokens.computeIfAbsent(wanted, _ -> asking.ask(() -> cache.token(pod, wanted)));
                }
            }
        }
    }

    private void askConfigMap(@Nullable String name, Asking asking) {
        if (name != null) {
            configMaps.computeIfAbsent(key(name), key -> asking.ask(() -> api.configMap(key)));
        }
    }

    private void askSecret(@Nullable String name, Asking asking) {
        if (name != null) {
            secrets.computeIfAbsent(key(name), key -> asking.ask(() -> api.secret(key)));
        }
    }

    Optional<ConfigMap> configMap(String name) throws VolumeException {
        return answer(configMaps.get(key(name)), () -> api.configMap(key(name)));
    }

    Optional<Secret> secret(String name) throws VolumeException {
        return answer(secrets.get(key(name)), () -> api.secret(key(name)));
    }

    String token(ServiceAccountTokenProjection wanted) throws VolumeException {
        return answer(tokens.get(wanted), () -> cache.token(pod, wanted));
    }

    private interface Question<A> {
        A ask() throws VolumeException;
    }

    private static <A> A answer(@Nullable FutureTask<A> asked, Question<A> again)
            throws VolumeException {
        if (asked == null) {
            return again.ask();
        }
        try {
            return asked.get();
        } catch (ExecutionException e) {
            return switch (e.getCause()) {
                // a node may read what its pods use as soon as the authorizer, too, has heard of
                // the pod
                case KubernetesClientException refusal when refusal.getCode() == FORBIDDEN ->
                        again.ask();
                case RuntimeException failure -> throw failure;
                case VolumeException failure -> throw failure;
                case null, default -> throw new IllegalStateException(e.getCause());
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KubernetesClientException("interrupted", e);
        }
    }

    private ObjectKey key(String name) {
        return new ObjectKey(pod.getMetadata().getNamespace(), name);
    }
}
