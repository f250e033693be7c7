package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Endpoints;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.schema.Tree;

/// Everything the API server knows about `v1 Endpoints`.
public final class EndpointsKind implements ResourceStrategy<Endpoints> {

    @Override
    public Names names() {
        return new Names("v1", "Endpoints", "endpoints");
    }

    @Override
    public Class<Endpoints> view() {
        return Endpoints.class;
    }

    @Override
    public void applyDefaults(Tree endpoints) {
        for (Tree subset : endpoints.trees("subsets")) {
            subset.trees("ports").forEach(port -> port.setDefault("protocol", "TCP"));
        }
    }

    @Override
    public boolean createsOnUpdate() {
        return true;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }
}
