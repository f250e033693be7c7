package io.j8s.apiserver.resources.rbac;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Rules about roles of both scopes (upstream: `pkg/apis/rbac/validation`).
final class PolicyRules {

    private PolicyRules() {}

    /// @param allowInvalidValues see [LabelSelectors#validate(At, boolean)]
    static void validate(
            Tree role, boolean namespaced, boolean allowInvalidValues, FieldErrors errors) {
        At root = At.root(role, errors);
        for (At rule : root.each("rules")) {
            rule(rule, namespaced);
        }
        if (namespaced || !root.has("aggregationRule")) {
            return;
        }
        var selectors = root.each("aggregationRule.clusterRoleSelectors");
        if (selectors.isEmpty()) {
            root.required(
                    "aggregationRule.clusterRoleSelectors",
                    "at least one clusterRoleSelector required if aggregationRule is non-nil");
        }
        for (At selector : selectors) {
            LabelSelectors.validate(selector, allowInvalidValues);
            if (!LabelSelectors.isValid(selector.tree())) {
                // upstream shows the selector that could not be made
                errors.invalid(selector.path(), null, "invalid label selector.");
            }
        }
    }

    /// Whether an old role asks for labels with values that no label may have.
    static boolean hasInvalidValue(Tree role) {
        return role.trees("aggregationRule.clusterRoleSelectors").stream()
                .anyMatch(LabelSelectors::hasInvalidValue);
    }

    private static void rule(At rule, boolean namespaced) {
        if (rule.strings("verbs").isEmpty()) {
            rule.later().required("verbs");
        }
        boolean resources = !rule.strings("resources").isEmpty();
        if (!rule.strings("nonResourceURLs").isEmpty()) {
            if (namespaced) {
                rule.invalid(
                        "nonResourceURLs", "namespaced rules cannot apply to non-resource URLs");
            }
            if (resources
                    || !rule.strings("apiGroups").isEmpty()
                    || !rule.strings("resourceNames").isEmpty()) {
                rule.invalid(
                        "nonResourceURLs",
                        "rules cannot apply to both regular resources and non-resource URLs");
            }
            return;
        }
        if (rule.strings("apiGroups").isEmpty()) {
            rule.required("apiGroups", "resource rules must supply at least one api group");
        }
        if (!resources) {
            rule.required("resources", "resource rules must supply at least one resource");
        }
    }

    /// @param old what is stored; null on create
    /// @param kinds of roles that a binding of this scope may refer to
    static void binding(
            Tree binding,
            @Nullable Tree old,
            boolean namespaced,
            List<String> kinds,
            FieldErrors errors) {
        At root = At.root(binding, errors);
        String group = root.string("roleRef.apiGroup");
        if (!group.equals("rbac.authorization.k8s.io")) {
            root.notSupported("roleRef.apiGroup", "rbac.authorization.k8s.io");
        }
        if (!kinds.contains(root.string("roleRef.kind"))) {
            root.notSupported("roleRef.kind", kinds.toArray(String[]::new));
        }
        // a declared rule, which does not look at a reference that may not change anyway
        if ((old == null ? root.later() : root).present("roleRef.name")) {
            root.all(
                    "roleRef.name",
                    io.j8s.machinery.names.NameRules.pathSegment(root.string("roleRef.name")));
        }
        for (At subject : root.each("subjects")) {
            subject(subject, namespaced);
        }
    }

    private static void subject(At subject, boolean namespaced) {
        subject.later().present("name");
        String group = subject.string("apiGroup");
        switch (subject.string("kind")) {
            case "ServiceAccount" -> {
                if (!subject.string("name").isEmpty()) {
                    subject.dnsSubdomain("name");
                }
                if (!group.isEmpty()) {
                    subject.notSupported("apiGroup", "");
                }
                if (!namespaced && subject.string("namespace").isEmpty()) {
                    subject.required("namespace");
                }
            }
            case "User", "Group" -> {
                if (!group.equals("rbac.authorization.k8s.io")) {
                    subject.notSupported("apiGroup", "rbac.authorization.k8s.io");
                }
            }
            default -> subject.notSupported("kind", "ServiceAccount", "User", "Group");
        }
    }

    static void validateSameRole(Tree binding, Tree old, FieldErrors errors) {
        At.root(binding, errors).immutable("roleRef", old);
    }
}
