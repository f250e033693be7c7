package io.j8s.apiserver.resources.rbac;

import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.NameRule;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Everything the API server knows about `rbac.authorization.k8s.io/v1 ClusterRole`.
public final class ClusterRoles implements ResourceStrategy<ClusterRole> {

    @Override
    public Names names() {
        return new Names("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles");
    }

    @Override
    public Class<ClusterRole> view() {
        return ClusterRole.class;
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
        PolicyRules.validate(tree, false, false, errors);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        PolicyRules.validate(tree, false, PolicyRules.hasInvalidValue(oldTree), errors);
    }

    @Override
    public List<Column<ClusterRole>> columns() {
        return List.of(Roles.created());
    }
}
