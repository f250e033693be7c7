package io.j8s.apiserver.resources.rbac;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Rules about roles of both scopes (upstream: `pkg/apis/rbac/validation`).
final class PolicyRules {

    private PolicyRules() {}

    static void validate(Tree role, boolean namespaced, FieldErrors errors) {
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
        selectors.forEach(LabelSelectors::validate);
    }

    private static void rule(At rule, boolean namespaced) {
        if (rule.strings("verbs").isEmpty()) {
            rule.required("verbs", "verbs must contain at least one value");
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

    /// @param kinds of roles that a binding of this scope may refer to
    static void validateBinding(
            Tree binding, boolean namespaced, List<String> kinds, FieldErrors errors) {
        At root = At.root(binding, errors);
        String group = root.string("roleRef.apiGroup");
        if (!group.equals("rbac.authorization.k8s.io")) {
            root.notSupported("roleRef.apiGroup", "rbac.authorization.k8s.io");
        }
        if (!kinds.contains(root.string("roleRef.kind"))) {
            root.notSupported("roleRef.kind", kinds.toArray(String[]::new));
        }
        if (root.present("roleRef.name")) {
            root.all(
                    "roleRef.name",
                    io.j8s.machinery.names.NameRules.pathSegment(root.string("roleRef.name")));
        }
        for (At subject : root.each("subjects")) {
            subject(subject, namespaced);
        }
    }

    private static void subject(At subject, boolean namespaced) {
        subject.present("name");
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
            default -> subject.notSupported("kind", "Group", "ServiceAccount", "User");
        }
    }

    static void validateSameRole(Tree binding, Tree old, FieldErrors errors) {
        if (!binding.semanticallyEquals(old, "roleRef")) {
            At.root(binding, errors).invalid("roleRef", "cannot change roleRef");
        }
    }
}
