package io.j8s.apiserver.resources.rbac;

import io.j8s.apiserver.schema.Tree;

/// What is common to role bindings of both scopes.
final class RoleReferences {

    private static final String GROUP = "rbac.authorization.k8s.io";

    private RoleReferences() {}

    /// Upstream's `SetDefaults_RoleBinding` and `SetDefaults_Subject`.
    static void applyDefaults(Tree binding) {
        binding.ensure("roleRef").setDefault("apiGroup", GROUP);
        for (Tree subject : binding.trees("subjects")) {
            switch (subject.string("kind", "")) {
                case "User", "Group" -> subject.setDefault("apiGroup", GROUP);
                default -> {}
            }
        }
    }
}
