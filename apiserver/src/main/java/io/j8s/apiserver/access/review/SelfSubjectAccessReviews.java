package io.j8s.apiserver.access.review;

import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.registry.VirtualResource;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupVersionResource;

/// May I do that? `kubectl auth can-i`.
record SelfSubjectAccessReviews(Authorizer authorizer) implements VirtualResource {

    @Override
    public GroupVersionResource resource() {
        return new GroupVersionResource(AccessAttributes.GROUP, "v1", "selfsubjectaccessreviews");
    }

    @Override
    public Tree create(RequestContext context, Tree review) {
        var errors = new FieldErrors();
        AccessAttributes.validateOneOf(review, errors);
        AccessAttributes.validateSelectors(review, errors);
        AccessAttributes.validateMetadata(review, false, errors);
        AccessAttributes.refuse(errors);
        return AccessAttributes.decide(authorizer, context.user(), review);
    }
}
