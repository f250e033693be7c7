package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;

/// Everything the API server knows about `v1 ConfigMap`.
public final class ConfigMaps implements ResourceStrategy<ConfigMap> {

    @Override
    public Names names() {
        return new Names("v1", "ConfigMap", "configmaps");
    }

    @Override
    public Class<ConfigMap> view() {
        return ConfigMap.class;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }
}
