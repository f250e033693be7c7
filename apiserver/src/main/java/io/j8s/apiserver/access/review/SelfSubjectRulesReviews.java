package io.j8s.apiserver.access.review;

import io.j8s.apiserver.access.rbac.Grants;
import io.j8s.apiserver.access.rbac.PolicyRule;
import io.j8s.apiserver.registry.VirtualResource;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupVersionResource;

import java.util.ArrayList;
import java.util.List;

/// What may I do in this namespace? `kubectl auth can-i --list`.
record SelfSubjectRulesReviews(Grants grants) implements VirtualResource {

    @Override
    public GroupVersionResource resource() {
        return new GroupVersionResource(AccessAttributes.GROUP, "v1", "selfsubjectrulesreviews");
    }

    @Override
    public Tree create(RequestContext context, Tree review) {
        var namespace = review.string("spec.namespace", "");
        if (namespace.isEmpty()) {
            throw new ApiException(new ApiError.BadRequest("no namespace on request"));
        }
        var user = context.user();
        var held = grants.heldBy(user, namespace);
        var errors = new ArrayList<String>();
        if (isNode(user)) {
            errors.add("node authorizer does not support user rule resolution");
        }
        errors.addAll(held.errors());
        review.remove("spec").ensure("spec"); // upstream answers without the question
        var status = review.remove("status").ensure("status");
        status.ensureList("resourceRules");
        status.ensureList("nonResourceRules");
        for (var rule : held.rules()) {
            write(status, rule);
        }
        status.set("incomplete", !errors.isEmpty());
        if (!errors.isEmpty()) {
            status.set("evaluationError", String.join(", ", errors));
        }
        return review;
    }

    private static boolean isNode(UserInfo user) {
        return user.name().startsWith("system:node:") && user.isInGroup("system:nodes");
    }

    private static void write(Tree status, PolicyRule rule) {
        if (!rule.resources().isEmpty()) {
            var out = status.ensureList("resourceRules").addTree();
            set(out, "verbs", rule.verbs());
            set(out, "apiGroups", rule.apiGroups());
            set(out, "resources", rule.resources());
            set(out, "resourceNames", rule.resourceNames());
        }
        if (!rule.nonResourceUrls().isEmpty()) {
            var out = status.ensureList("nonResourceRules").addTree();
            set(out, "verbs", rule.verbs());
            set(out, "nonResourceURLs", rule.nonResourceUrls());
        }
    }

    private static void set(Tree out, String field, List<String> values) {
        if (!values.isEmpty()) {
            out.set(field, values);
        }
    }
}
