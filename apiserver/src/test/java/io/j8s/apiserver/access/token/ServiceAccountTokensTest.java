package io.j8s.apiserver.access.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.access.token.ServiceAccountAuthenticator.Review;
import io.j8s.apiserver.access.token.TokenClaims.Ref;
import io.j8s.apiserver.chain.Authenticator;
import io.j8s.certs.ServiceAccountKeys;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executor;

class ServiceAccountTokensTest {

    private static final String ISSUER = "https://kubernetes.default.svc.cluster.local";

    /// A clock that stands until it is turned.
    private static final class Clock implements Timers {
        private Instant now = Instant.parse("2026-11-23T12:00:00Z");

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public long nanoTime() {
            return now.getEpochSecond() * 1_000_000_000L;
        }

        @Override
        public void sleep(Duration duration) {}

        @Override
        public Scheduled schedule(Duration delay, Executor executor, Runnable task) {
            return () -> {};
        }
    }

    private final Clock clock = new Clock();
    private final FakeLookup lookup = new FakeLookup();
    private TokenSigner signer;
    private TokenIssuer issuer;
    private ServiceAccountAuthenticator authenticator;

    @BeforeEach
    void given() throws Exception {
        signer = new TokenSigner(ServiceAccountKeys.create());
        issuer = new TokenIssuer(signer, ISSUER, List.of(ISSUER), clock);
        authenticator =
                new ServiceAccountAuthenticator(
                        signer, List.of(ISSUER), List.of(ISSUER), lookup, clock);
        lookup.put(
                "serviceaccounts",
                """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: bot, namespace: shop, uid: sa-1}
                """);
        lookup.put(
                "pods",
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: web, namespace: shop, uid: pod-1}
                spec: {nodeName: n1, serviceAccountName: bot, containers: []}
                """);
    }

    private TokenIssuer.Made token(long seconds, @Nullable Ref pod) {
        return issuer.issue(
                new TokenIssuer.Wanted(
                        "shop",
                        new Ref("bot", "sa-1"),
                        List.of(ISSUER),
                        seconds,
                        pod,
                        null,
                        pod == null ? null : new Ref("n1", "node-1")));
    }

    @Test
    void tokenNamesItsAccountAndPod() {
        var made = token(3600, new Ref("web", "pod-1"));
        var review = authenticator.review(made.token(), List.of());
        assertThat(review).isInstanceOf(Review.Valid.class);
        var user = ((Review.Valid) review).user();
        assertThat(user.name()).isEqualTo("system:serviceaccount:shop:bot");
        assertThat(user.uid()).isEqualTo("sa-1");
        assertThat(user.groups())
                .containsExactly(
                        "system:serviceaccounts",
                        "system:serviceaccounts:shop",
                        "system:authenticated");
        assertThat(user.extra().get("authentication.kubernetes.io/pod-name"))
                .containsExactly("web");
        assertThat(user.extra().get("authentication.kubernetes.io/node-uid"))
                .containsExactly("node-1");
        assertThat(user.extra().toString())
                .contains("authentication.kubernetes.io/credential-id=[JTI=");
        assertThat(made.expiresAt()).isEqualTo(clock.now.plusSeconds(3600));
    }

    @Test
    void endsWithItsTimeAndNotBefore() {
        var made = token(3600, null);
        clock.now = clock.now.plusSeconds(3600 + 59);
        assertThat(authenticator.review(made.token(), List.of())).isInstanceOf(Review.Valid.class);
        clock.now = clock.now.plusSeconds(2);
        assertThat(authenticator.review(made.token(), List.of()))
                .isEqualTo(new Review.Invalid("service account token has expired"));
    }

    @Test
    void endsWithItsPod() {
        var made = token(3600, new Ref("web", "pod-1"));
        assertThat(authenticator.review(made.token(), List.of())).isInstanceOf(Review.Valid.class);
        lookup.delete("pods", new ObjectKey("shop", "web"));
        assertThat(authenticator.review(made.token(), List.of()))
                .isEqualTo(new Review.Invalid("service account token has been invalidated"));
    }

    @Test
    void requestsStopWithinASecondOfItsPodsEnd() {
        var credentials =
                new Authenticator.Credentials(
                        List.of(), token(3600, new Ref("web", "pod-1")).token());
        assertThat(authenticator.authenticate(credentials))
                .isInstanceOf(Authenticator.Result.Authenticated.class);
        lookup.delete("pods", new ObjectKey("shop", "web"));
        clock.now = clock.now.plusSeconds(1);
        assertThat(authenticator.authenticate(credentials))
                .isEqualTo(
                        new Authenticator.Result.Rejected(
                                "service account token has been invalidated"));
    }

    @Test
    void endsWithItsAccount() {
        var made = token(3600, null);
        lookup.put(
                "serviceaccounts",
                """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: bot, namespace: shop, uid: sa-2}
                """);
        assertThat(authenticator.review(made.token(), List.of()))
                .isEqualTo(
                        new Review.Invalid(
                                "service account UID (sa-2) does not match claim (sa-1)"));
        lookup.delete("serviceaccounts", new ObjectKey("shop", "bot"));
        assertThat(authenticator.review(made.token(), List.of()))
                .isEqualTo(new Review.Invalid("serviceaccounts \"bot\" not found"));
    }

    @Test
    void otherAudiencesAreRefused() {
        var made = token(3600, null);
        assertThat(authenticator.review(made.token(), List.of("vault")))
                .isEqualTo(
                        new Review.Invalid(
                                "token audiences [\"%s\"] is invalid for the target audiences [\"vault\"]"
                                        .formatted(ISSUER)));
    }

    @Test
    void strangersTokensAreRefused() throws Exception {
        var stranger = new TokenSigner(ServiceAccountKeys.create());
        var made =
                new TokenIssuer(stranger, ISSUER, List.of(ISSUER), clock)
                        .issue(
                                new TokenIssuer.Wanted(
                                        "shop",
                                        new Ref("bot", "sa-1"),
                                        List.of(ISSUER),
                                        3600,
                                        null,
                                        null,
                                        null));
        assertThat(authenticator.review(made.token(), List.of()))
                .isEqualTo(new Review.Invalid("invalid bearer token"));
        assertThat(authenticator.review("abc", List.of())).isEqualTo(new Review.NotOurs());
        assertThat(authenticator.review("a.b.c", List.of())).isEqualTo(new Review.NotOurs());
    }

    @Test
    void tokensOfPodVolumesLiveAYearButTellAnHour() {
        var made = token(3607, new Ref("web", "pod-1"));
        assertThat(made.expiresAt()).isEqualTo(clock.now.plusSeconds(3607));
        clock.now = clock.now.plus(Duration.ofDays(300));
        assertThat(authenticator.review(made.token(), List.of())).isInstanceOf(Review.Valid.class);
    }

    @Test
    void legacyTokenLivesAsLongAsItsSecretHoldsIt() {
        var token = issuer.issueLegacy("shop", new Ref("bot", "sa-1"), "bot-token");
        assertThat(authenticator.review(token, List.of())).isInstanceOf(Review.Invalid.class);
        lookup.put(
                "secrets",
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: bot-token, namespace: shop}
                type: kubernetes.io/service-account-token
                data: {token: %s}
                """
                        .formatted(
                                Base64.getEncoder()
                                        .encodeToString(token.getBytes(StandardCharsets.UTF_8))));
        assertThat(authenticator.review(token, List.of())).isInstanceOf(Review.Valid.class);
    }

    @Test
    void documentsNameKeysAndIssuer() {
        var documents = IssuerDocuments.of(signer, ISSUER, "https://h:6443/openid/v1/jwks");
        assertThat(documents.configuration())
                .isEqualTo(
                        "{\"issuer\":\"%s\",\"jwks_uri\":\"https://h:6443/openid/v1/jwks\","
                                        .formatted(ISSUER)
                                + "\"response_types_supported\":[\"id_token\"],"
                                + "\"subject_types_supported\":[\"public\"],"
                                + "\"id_token_signing_alg_values_supported\":[\"ES256\"]}");
        assertThat(documents.keys()).contains("\"kty\":\"EC\"").contains("\"use\":\"sig\"");
    }
}
