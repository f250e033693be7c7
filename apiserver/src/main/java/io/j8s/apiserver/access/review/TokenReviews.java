package io.j8s.apiserver.access.review;

import io.j8s.apiserver.access.authn.Authenticators;
import io.j8s.apiserver.access.token.ServiceAccountAuthenticator;
import io.j8s.apiserver.access.token.ServiceAccountAuthenticator.Review;
import io.j8s.apiserver.chain.Authenticator;
import io.j8s.apiserver.chain.Authenticator.Result;
import io.j8s.apiserver.registry.VirtualResource;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupVersionResource;

import java.util.List;

/// Whose token is this? For delegated authentication (upstream:
/// `pkg/registry/authentication/tokenreview`).
final class TokenReviews implements VirtualResource {

    private final ServiceAccountAuthenticator accounts;
    private final Authenticator others;
    private final List<String> apiAudiences;

    /// @param others tokens that know no audiences: they are meant for the API server
    TokenReviews(
            ServiceAccountAuthenticator accounts, Authenticator others, List<String> apiAudiences) {
        this.accounts = accounts;
        this.others = others;
        this.apiAudiences = List.copyOf(apiAudiences);
    }

    @Override
    public GroupVersionResource resource() {
        return new GroupVersionResource("authentication.k8s.io", "v1", "tokenreviews");
    }

    @Override
    public Tree create(RequestContext context, Tree review) {
        var token = review.string("spec.token", "");
        if (token.isEmpty()) {
            throw new ApiException(
                    new ApiError.BadRequest("token is required for TokenReview in authentication"));
        }
        if (!context.info().namespace().isEmpty()) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "namespace is not allowed on this type: "
                                    + context.info().namespace()));
        }
        var audiences = review.strings("spec.audiences");
        var status = review.remove("status").ensure("status");
        switch (accounts.review(token, audiences)) {
            case Review.Valid(var user, var meant) -> authenticated(status, user, meant);
            case Review.Invalid(var why) -> rejected(status, why);
            case Review.NotOurs() -> other(status, token, audiences);
        }
        return review;
    }

    private void other(Tree status, String token, List<String> audiences) {
        switch (others.authenticate(Authenticators.token(token))) {
            case Result.Authenticated(var user) -> {
                var wanted = audiences.isEmpty() ? apiAudiences : audiences;
                var meant = wanted.stream().filter(apiAudiences::contains).toList();
                if (meant.isEmpty()) {
                    rejected(status, "");
                } else {
                    authenticated(status, user, meant);
                }
            }
            case Result.Rejected(var why) -> rejected(status, why);
            case Result.NotMine() -> rejected(status, "");
        }
    }

    private static void authenticated(Tree status, UserInfo user, List<String> audiences) {
        status.set("authenticated", true);
        SelfSubjectReviews.writeUser(status.ensure("user"), user);
        if (!audiences.isEmpty()) {
            status.set("audiences", audiences);
        }
    }

    private static void rejected(Tree status, String why) {
        status.ensure("user");
        if (!why.isEmpty()) {
            status.set("error", why);
        }
    }
}
