package io.j8s.apiserver.resources.coordination;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;

import java.util.List;

/// Everything the API server knows about `coordination.k8s.io/v1 Lease`.
public final class Leases implements ResourceStrategy<Lease> {

    @Override
    public Names names() {
        return new Names("coordination.k8s.io/v1", "Lease", "leases");
    }

    @Override
    public Class<Lease> view() {
        return Lease.class;
    }

    @Override
    public boolean createsOnUpdate() {
        return true;
    }

    @Override
    public boolean updatesUnconditionally() {
        return false;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public List<Column<Lease>> columns() {
        return List.of(
                Column.text(
                        "Holder",
                        "Who holds it",
                        lease ->
                                lease.getSpec().getHolderIdentity() == null
                                        ? ""
                                        : lease.getSpec().getHolderIdentity()),
                Column.age());
    }
}
