package io.j8s.apiserver.access.review;

import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.registry.VirtualResource;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupVersionResource;

/// May this user do that? For delegated authorization, e.g. by kubelets and extension servers.
final class SubjectAccessReviews implements VirtualResource {

    private final Authorizer authorizer;
    private final boolean isLocal;

    /// @param isLocal only for one namespace, which whoever administers it may ask about
    SubjectAccessReviews(Authorizer authorizer, boolean isLocal) {
        this.authorizer = authorizer;
        this.isLocal = isLocal;
    }

    @Override
    public GroupVersionResource resource() {
        return new GroupVersionResource(
                AccessAttributes.GROUP,
                "v1",
                isLocal ? "localsubjectaccessreviews" : "subjectaccessreviews");
    }

    @Override
    public Tree create(RequestContext context, Tree review) {
        var errors = new FieldErrors();
        AccessAttributes.validateOneOf(review, errors);
        AccessAttributes.validateSubject(review, errors);
        AccessAttributes.validateSelectors(review, errors);
        AccessAttributes.validateMetadata(review, isLocal, errors);
        if (isLocal) {
            validateNamespace(review, errors);
        }
        AccessAttributes.refuse(errors);
        if (isLocal) {
            confirmNamespace(context, review);
        }
        return AccessAttributes.decide(authorizer, AccessAttributes.user(review), review);
    }

    private static void validateNamespace(Tree review, FieldErrors errors) {
        var namespace = review.string("metadata.namespace", "");
        var asked = review.string("spec.resourceAttributes.namespace", "");
        if (review.has("spec.resourceAttributes") && !asked.equals(namespace)) {
            errors.invalid(
                    "spec.resourceAttributes.namespace", asked, "must match metadata.namespace");
        }
        if (review.has("spec.nonResourceAttributes")) {
            errors.invalid("spec.nonResourceAttributes", "", "disallowed on this kind of request");
        }
    }

    private static void confirmNamespace(RequestContext context, Tree review) {
        var namespace = context.info().namespace();
        if (namespace.isEmpty()) {
            throw new ApiException(
                    new ApiError.BadRequest("namespace is required on this type: " + namespace));
        }
        var asked = review.string("spec.resourceAttributes.namespace", "");
        if (!namespace.equals(asked)) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "spec.resourceAttributes.namespace must match namespace: "
                                    + namespace));
        }
    }
}
