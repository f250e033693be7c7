package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;

import java.util.List;

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

    @Override
    public List<Column<ConfigMap>> columns() {
        return List.of(
                Column.text(
                        "Data",
                        "Number of entries",
                        map -> Integer.toString(map.getData().size() + map.getBinaryData().size())),
                Column.age());
    }
}
