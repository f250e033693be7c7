package io.j8s.apiserver.resources.networking;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.core.WorkloadColumns;
import io.j8s.apiserver.schema.Tree;

import java.util.List;

/// Everything the API server knows about `networking.k8s.io/v1 NetworkPolicy`.
public final class NetworkPolicies implements ResourceStrategy<NetworkPolicy> {

    @Override
    public Names names() {
        return new Names("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies");
    }

    @Override
    public Class<NetworkPolicy> view() {
        return NetworkPolicy.class;
    }

    @Override
    public void applyDefaults(Tree policy) {
        Tree spec = policy.ensure("spec");
        spec.ensure("podSelector");
        for (String direction : List.of("ingress", "egress")) {
            for (Tree rule : spec.trees(direction)) {
                rule.trees("ports").forEach(port -> port.setDefault("protocol", "TCP"));
            }
        }
        if (spec.strings("policyTypes").isEmpty()) {
            var types = spec.ensureList("policyTypes");
            types.add("Ingress");
            if (!spec.trees("egress").isEmpty()) {
                types.add("Egress");
            }
        }
    }

    @Override
    public List<Column<NetworkPolicy>> columns() {
        return List.of(
                Column.text(
                        "Pod-Selector",
                        "Which pods it is for",
                        policy -> WorkloadColumns.print(policy.getSpec().getPodSelector())),
                Column.age());
    }
}
