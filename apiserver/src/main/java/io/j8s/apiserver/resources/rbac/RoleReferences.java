package io.j8s.apiserver.resources.rbac;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.RoleRef;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.schema.Tree;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

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

    /// Columns of role bindings of both scopes.
    static <T extends HasMetadata> List<Column<T>> columns(
            Function<T, RoleRef> role, Function<T, List<Subject>> subjects) {
        return List.of(
                Column.text(
                        "Role",
                        "Role that is granted",
                        binding ->
                                role.apply(binding).getKind()
                                        + "/"
                                        + role.apply(binding).getName()),
                Column.age(),
                Column.wide(
                        "Users", "Users it is granted to", b -> names(subjects.apply(b), "User")),
                Column.wide(
                        "Groups",
                        "Groups it is granted to",
                        b -> names(subjects.apply(b), "Group")),
                Column.wide(
                        "ServiceAccounts",
                        "Service accounts it is granted to",
                        b -> names(subjects.apply(b), "ServiceAccount")));
    }

    private static String names(List<Subject> subjects, String kind) {
        return subjects.stream()
                .filter(subject -> subject.getKind().equals(kind))
                .map(subject ->
                        kind.equals("ServiceAccount")
                                ? java.util.Objects.requireNonNullElse(subject.getNamespace(), "")
                                        + "/"
                                        + subject.getName()
                                : subject.getName())
                .collect(Collectors.joining(", "));
    }
}
