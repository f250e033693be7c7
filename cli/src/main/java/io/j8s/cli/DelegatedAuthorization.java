package io.j8s.cli;

import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;

/// Whether somebody may, as the cluster says (upstream: `DelegatingAuthorizationOptions`): some
/// paths anybody, `system:masters` everything, and for the rest the API server reviews access.
/// Blocks, so requests come on workers. Safe for use by many threads.
final class DelegatedAuthorization implements Authorizer {

    // upstream: --authorization-webhook-cache-authorized-ttl and -unauthorized-ttl
    private static final Duration KEPT = Duration.ofSeconds(10);

    private final @Nullable Api api;
    private final List<String> open;
    private final RecentAnswers<Question, Decision> reviewed;

    private record Question(UserInfo user, RequestInfo info) {}

    /// @param api reviews access; null for nobody
    /// @param open paths that anybody may ask for; one that ends in `*` is a prefix
    DelegatedAuthorization(@Nullable Api api, List<String> open, Timers timers) {
        this.api = api;
        this.open = List.copyOf(open);
        this.reviewed = new RecentAnswers<>(timers);
    }

    @Override
    public Decision authorize(UserInfo user, RequestInfo info) {
        if (user.isInGroup(UserInfo.MASTERS_GROUP)) {
            return new Decision.Allowed("");
        }
        if (!info.isResourceRequest() && isOpen(info.path())) {
            return new Decision.Allowed("");
        }
        var server = api;
        return server == null
                ? new Decision.NoOpinion("")
                : reviewed.get(new Question(user, info), KEPT, () -> review(server, user, info));
    }

    private boolean isOpen(String path) {
        for (var each : open) {
            var named = each.startsWith("/") ? each : "/" + each;
            boolean matches =
                    named.endsWith("*")
                            ? path.startsWith(named.substring(0, named.length() - 1))
                            : path.equals(named);
            if (matches) {
                return true;
            }
        }
        return false;
    }

    private static Decision review(Api server, UserInfo user, RequestInfo info) {
        try {
            var status = server.create(Kinds.ACCESS_REVIEWS, question(user, info)).getStatus();
            if (Boolean.TRUE.equals(status.getAllowed())) {
                return new Decision.Allowed(Meta.orEmpty(status.getReason()));
            }
            var why = Meta.orEmpty(status.getReason());
            return Boolean.TRUE.equals(status.getDenied())
                    ? new Decision.Denied(why)
                    : new Decision.NoOpinion(why);
        } catch (StatusException | UncheckedIOException failed) {
            return new Decision.NoOpinion(Meta.orEmpty(failed.getMessage()));
        }
    }

    private static SubjectAccessReview question(UserInfo user, RequestInfo info) {
        var spec =
                new SubjectAccessReviewBuilder()
                        .withNewMetadata()
                        .endMetadata()
                        .withNewSpec()
                        .withUser(user.name())
                        .withUid(user.uid().isEmpty() ? null : user.uid())
                        .withGroups(user.groups())
                        .withExtra(user.extra());
        if (info.isResourceRequest()) {
            spec.withNewResourceAttributes()
                    .withNamespace(info.namespace())
                    .withVerb(info.verb())
                    .withGroup(info.group())
                    .withVersion(info.version())
                    .withResource(info.resource())
                    .withSubresource(info.subresource())
                    .withName(info.name())
                    .endResourceAttributes();
        } else {
            spec.withNewNonResourceAttributes()
                    .withPath(info.path())
                    .withVerb(info.verb())
                    .endNonResourceAttributes();
        }
        return spec.endSpec().build();
    }
}
