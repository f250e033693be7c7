package io.j8s.apiserver.access.review;

import io.j8s.apiserver.registry.VirtualResource;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupVersionResource;

/// Who am I? `kubectl auth whoami`.
final class SelfSubjectReviews implements VirtualResource {

    @Override
    public GroupVersionResource resource() {
        return new GroupVersionResource("authentication.k8s.io", "v1", "selfsubjectreviews");
    }

    @Override
    public Tree create(RequestContext context, Tree review) {
        writeUser(review.remove("status").ensure("status.userInfo"), context.user());
        return review;
    }

    static void writeUser(Tree out, UserInfo user) {
        setUnlessEmpty(out, "username", user.name());
        setUnlessEmpty(out, "uid", user.uid());
        if (!user.groups().isEmpty()) {
            out.set("groups", user.groups());
        }
        if (!user.extra().isEmpty()) {
            out.set("extra", user.extra());
        }
    }

    private static void setUnlessEmpty(Tree out, String field, String value) {
        if (!value.isEmpty()) {
            out.set(field, value);
        }
    }
}
