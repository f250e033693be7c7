package io.j8s.apiserver.resources.rbac;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.NameRule;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Everything the API server knows about `rbac.authorization.k8s.io/v1 Role`.
public final class Roles implements ResourceStrategy<Role> {

    @Override
    public Names names() {
        return new Names("rbac.authorization.k8s.io/v1", "Role", "roles");
    }

    @Override
    public Class<Role> view() {
        return Role.class;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public NameRule nameRule() {
        return NameRule.PATH_SEGMENT;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        PolicyRules.validate(tree, true, false, errors);
    }

    @Override
    public List<Column<Role>> columns() {
        return List.of(created());
    }

    /// Roles of both scopes show when they were created, not how old they are.
    static <T extends HasMetadata> Column<T> created() {
        return new Column<>(
                "Created At",
                "date",
                "",
                "When it was created",
                0,
                (role, _) -> role.getMetadata().getCreationTimestamp());
    }
}
