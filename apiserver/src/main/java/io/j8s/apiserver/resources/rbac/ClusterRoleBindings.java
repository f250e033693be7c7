package io.j8s.apiserver.resources.rbac;

import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.NameRule;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Everything the API server knows about `rbac.authorization.k8s.io/v1 ClusterRoleBinding`.
public final class ClusterRoleBindings implements ResourceStrategy<ClusterRoleBinding> {

    @Override
    public Names names() {
        return new Names(
                "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings");
    }

    @Override
    public Class<ClusterRoleBinding> view() {
        return ClusterRoleBinding.class;
    }

    @Override
    public void applyDefaults(Tree binding) {
        RoleReferences.applyDefaults(binding);
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
        PolicyRules.binding(tree, null, false, List.of("ClusterRole"), errors);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        PolicyRules.binding(tree, oldTree, false, List.of("ClusterRole"), errors);
        PolicyRules.validateSameRole(tree, oldTree, errors);
    }

    @Override
    public List<Column<ClusterRoleBinding>> columns() {
        return RoleReferences.columns(
                ClusterRoleBinding::getRoleRef, ClusterRoleBinding::getSubjects);
    }
}
