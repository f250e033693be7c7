package io.j8s.apiserver.resources.rbac;

import io.fabric8.kubernetes.api.model.rbac.Role;
import io.j8s.apiserver.registry.NameRule;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;

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
}
