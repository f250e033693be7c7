package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;

import java.util.List;

/// Everything the API server knows about `v1 ServiceAccount`.
public final class ServiceAccounts implements ResourceStrategy<ServiceAccount> {

    @Override
    public Names names() {
        return new Names("v1", "ServiceAccount", "serviceaccounts");
    }

    @Override
    public Class<ServiceAccount> view() {
        return ServiceAccount.class;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    /// Upstream has shown no number of secrets since they are no longer made for accounts.
    @Override
    public List<Column<ServiceAccount>> columns() {
        return List.of(Column.age());
    }
}
