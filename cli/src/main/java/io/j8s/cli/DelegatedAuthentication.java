package io.j8s.cli;

import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import io.j8s.apiserver.access.authn.Authenticators;
import io.j8s.apiserver.access.authn.RequestHeaderAuthenticator;
import io.j8s.apiserver.access.authn.X509Authenticator;
import io.j8s.apiserver.chain.Authenticator;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Who asks, as the cluster knows it: certificates of its clients, front proxies, and tokens that
/// its API server reviews (upstream: `authenticatorfactory.DelegatingAuthenticatorConfig`). Blocks
/// where a token is reviewed, so requests come on workers. Safe for use by many threads.
final class DelegatedAuthentication implements Authenticator {

    private static final Kind<TokenReview> REVIEWS =
            Kind.cluster(
                    TokenReview.class,
                    "authentication.k8s.io",
                    "v1",
                    "tokenreviews",
                    "TokenReview");
    // upstream: --authentication-token-webhook-cache-ttl
    private static final Duration KEPT = Duration.ofSeconds(10);

    private final @Nullable Api api;
    private final Timers timers;
    private final ClusterAuthorities authorities;
    private final RecentAnswers<String, Result> reviewed;

    /// @param api reviews tokens; null for nobody
    DelegatedAuthentication(@Nullable Api api, ClusterAuthorities authorities, Timers timers) {
        this.api = api;
        this.timers = timers;
        this.authorities = authorities;
        this.reviewed = new RecentAnswers<>(timers);
    }

    @Override
    public Result authenticate(Credentials credentials) {
        var known = authorities.known();
        var all = new ArrayList<Authenticator>();
        if (known.frontProxy() != null) {
            all.add(new RequestHeaderAuthenticator(known.frontProxy(), timers));
        }
        if (!known.clients().isEmpty()) {
            all.add(new X509Authenticator(known.clients(), timers));
        }
        if (api != null) {
            all.add(this::byToken);
            return Authenticators.inOrder(all).authenticate(credentials);
        }
        // upstream: where nobody knows tokens, one is no reason to refuse
        return Authenticators.inOrder(all)
                .authenticate(
                        new Credentials(credentials.certificates(), "", credentials.headers()));
    }

    private Result byToken(Credentials credentials) {
        var token = credentials.bearerToken();
        var server = api;
        return token.isEmpty() || server == null
                ? new Result.NotMine()
                : reviewed.get(token, KEPT, () -> review(server, token));
    }

    private static Result review(Api server, String token) {
        try {
            var answer =
                    server.create(
                                    REVIEWS,
                                    new TokenReviewBuilder()
                                            .withNewMetadata()
                                            .endMetadata()
                                            .withNewSpec()
                                            .withToken(token)
                                            .endSpec()
                                            .build())
                            .getStatus();
            return answer != null && Boolean.TRUE.equals(answer.getAuthenticated())
                    ? new Result.Authenticated(user(answer.getUser()))
                    : new Result.NotMine();
        } catch (StatusException | UncheckedIOException failed) {
            return new Result.Rejected(Meta.orEmpty(failed.getMessage()));
        }
    }

    private static io.j8s.apiserver.request.UserInfo user(UserInfo user) {
        Map<String, List<String>> extra = user.getExtra() == null ? Map.of() : user.getExtra();
        List<String> groups = user.getGroups() == null ? List.of() : user.getGroups();
        return new io.j8s.apiserver.request.UserInfo(
                Meta.orEmpty(user.getUsername()), Meta.orEmpty(user.getUid()), groups, extra);
    }
}
