package io.j8s.apiserver.access.review;

import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What the three access reviews share: reading their spec, asking, writing the status (upstream:
/// `pkg/registry/authorization/util` and `pkg/apis/authorization/validation`). Pure.
final class AccessAttributes {

    static final String GROUP = "authorization.k8s.io";

    private AccessAttributes() {}

    /// What the spec asks about.
    static RequestInfo info(Tree review) {
        var resource = review.tree("spec.resourceAttributes");
        if (resource == null) {
            return new RequestInfo(
                    false,
                    review.string("spec.nonResourceAttributes.path", ""),
                    review.string("spec.nonResourceAttributes.verb", ""),
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "");
        }
        return new RequestInfo(
                true,
                "",
                resource.string("verb", ""),
                resource.string("group", ""),
                resource.string("version", ""),
                resource.string("namespace", ""),
                resource.string("resource", ""),
                resource.string("subresource", ""),
                resource.string("name", ""),
                "",
                ReviewedSelectors.fieldTerms(resource));
    }

    /// The user of a (local) subject access review.
    static UserInfo user(Tree review) {
        var extra = new LinkedHashMap<String, List<String>>();
        var given = review.map("spec.extra");
        if (given != null) {
            for (var key : given.keys()) {
                var values = given.list(key);
                extra.put(
                        key.toLowerCase(Locale.ROOT),
                        values == null ? List.of() : values.strings());
            }
        }
        return new UserInfo(
                review.string("spec.user", ""),
                review.string("spec.uid", ""),
                review.strings("spec.groups"),
                Map.copyOf(extra));
    }

    /// Writes what `authorizer` thinks into the status.
    static Tree decide(Authorizer authorizer, UserInfo user, Tree review) {
        var status = review.remove("status").ensure("status");
        switch (authorizer.authorize(user, info(review))) {
            case Decision.Allowed(var reason) -> {
                status.set("allowed", true);
                reason(status, reason);
            }
            case Decision.Denied(var reason) -> {
                status.set("allowed", false).set("denied", true);
                reason(status, reason);
            }
            case Decision.NoOpinion(var reason) -> {
                status.set("allowed", false);
                reason(status, reason);
            }
        }
        var resource = review.tree("spec.resourceAttributes");
        String error = resource == null ? "" : ReviewedSelectors.evaluationError(resource);
        if (!error.isEmpty()) {
            status.set("evaluationError", error);
        }
        return review;
    }

    private static void reason(Tree status, String reason) {
        if (!reason.isEmpty()) {
            status.set("reason", reason);
        }
    }

    static void validateOneOf(Tree review, FieldErrors errors) {
        boolean resource = review.has("spec.resourceAttributes");
        boolean other = review.has("spec.nonResourceAttributes");
        if (resource == other) {
            errors.invalid(
                    "spec",
                    other ? printed(review.tree("spec.nonResourceAttributes")) : null,
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified");
        }
    }

    static void validateSelectors(Tree review, FieldErrors errors) {
        var resource = review.tree("spec.resourceAttributes");
        if (resource != null) {
            ReviewedSelectors.validate(resource, "spec.resourceAttributes", errors);
        }
    }

    static void validateSubject(Tree review, FieldErrors errors) {
        if (review.string("spec.user", "").isEmpty() && review.strings("spec.groups").isEmpty()) {
            errors.invalid("spec.user", "", "at least one of user or group must be specified");
        }
    }

    /// Go prints a struct as JSON in such a message.
    private static Object printed(@org.jspecify.annotations.Nullable Tree tree) {
        return new Object() {
            @Override
            public String toString() {
                return tree == null ? "null" : tree.toString();
            }
        };
    }

    /// Upstream: these reviews may carry no metadata besides a namespace and managed fields.
    static void validateMetadata(Tree review, boolean namespaced, FieldErrors errors) {
        var metadata = review.tree("metadata");
        if (metadata == null) {
            return;
        }
        var rest = metadata.copy().remove("managedFields");
        if (namespaced) {
            rest.remove("namespace");
        }
        if (!rest.semanticallyEquals(new Tree(rest.type()))) {
            errors.invalid(
                    "metadata",
                    printed(metadata),
                    namespaced ? "must be empty except for namespace" : "must be empty");
        }
    }

    /// Upstream names no kind: its decoded review does not know it any more.
    static void refuse(FieldErrors errors) {
        if (!errors.isEmpty()) {
            throw new ApiException(
                    new ApiError.Invalid(GROUP, "", "", new ArrayList<>(errors.list())));
        }
    }
}
