package io.j8s.nodeagent.volumes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.api.ClusterApi;
import io.j8s.nodeagent.core.PodFacts;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Service account tokens bound to pods, asked for anew when four fifths of their life or a day
/// have passed. upstream: token.Manager. Safe for use by many threads.
public final class TokenCache {

    private static final long EXPIRATION_SECONDS = 3600;
    private static final Duration AGE_MAX = Duration.ofHours(24);

    private record Key(String podUid, String account, String audience, long seconds) {}

    private record Token(String text, Instant issued, Instant expires) {}

    private final ClusterApi api;
    private final Timers timers;
    private final Map<Key, Token> tokens = new ConcurrentHashMap<>();

    public TokenCache(ClusterApi api, Timers timers) {
        this.api = api;
        this.timers = timers;
    }

    String token(Pod pod, ServiceAccountTokenProjection wanted) throws VolumeException {
        var audience = wanted.getAudience() == null ? "" : wanted.getAudience();
        long seconds =
                wanted.getExpirationSeconds() == null
                        ? EXPIRATION_SECONDS
                        : wanted.getExpirationSeconds();
        var account = pod.getSpec().getServiceAccountName();
        var name = account == null ? "default" : account;
        var key = new Key(PodFacts.uid(pod), name, audience, seconds);
        var known = tokens.get(key);
        if (known != null && !isDue(known, timers.now())) {
            return known.text();
        }
        try {
            var fresh = request(pod, name, audience, seconds);
            tokens.put(key, fresh);
            return fresh.text();
        } catch (KubernetesClientException e) {
            if (known != null && timers.now().isBefore(known.expires())) {
                return known.text(); // still good; asked for again at the next sync
            }
            throw new VolumeException("failed to fetch token: " + e.getMessage(), e);
        }
    }

    public void forget(String podUid) {
        tokens.keySet().removeIf(key -> key.podUid().equals(podUid));
    }

    private static boolean isDue(Token token, Instant now) {
        var life = Duration.between(token.issued(), token.expires());
        var age = Duration.between(token.issued(), now);
        return age.compareTo(AGE_MAX) >= 0 || age.compareTo(life.multipliedBy(4).dividedBy(5)) >= 0;
    }

    private Token request(Pod pod, String account, String audience, long seconds) {
        var request =
                new TokenRequestBuilder()
                        .withNewSpec()
                        .withAudiences(audience.isEmpty() ? List.of() : List.of(audience))
                        .withExpirationSeconds(seconds)
                        .withNewBoundObjectRef()
                        .withApiVersion("v1")
                        .withKind("Pod")
                        .withName(pod.getMetadata().getName())
                        .withUid(PodFacts.uid(pod))
                        .endBoundObjectRef()
                        .endSpec()
                        .build();
        var answer =
                api.createToken(new ObjectKey(pod.getMetadata().getNamespace(), account), request)
                        .getStatus();
        return new Token(
                answer.getToken(), timers.now(), Instant.parse(answer.getExpirationTimestamp()));
    }
}
