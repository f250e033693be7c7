package io.j8s.apiserver.resources.networking;

import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDR;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;

import java.util.List;

/// Everything the API server knows about `networking.k8s.io/v1 ServiceCIDR`.
public final class ServiceCidrs implements ResourceStrategy<ServiceCIDR> {

    @Override
    public Names names() {
        return new Names("networking.k8s.io/v1", "ServiceCIDR", "servicecidrs");
    }

    @Override
    public Class<ServiceCIDR> view() {
        return ServiceCIDR.class;
    }

    @Override
    public List<Column<ServiceCIDR>> columns() {
        return List.of(
                Column.text(
                        "CIDRs",
                        "Ranges that Services get their addresses from",
                        range -> String.join(",", range.getSpec().getCidrs())),
                Column.age());
    }
}
