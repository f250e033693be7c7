package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.schema.Tree;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Everything the API server knows about `v1 ResourceQuota`.
public final class ResourceQuotas implements ResourceStrategy<ResourceQuota> {

    @Override
    public Names names() {
        return new Names("v1", "ResourceQuota", "resourcequotas");
    }

    @Override
    public Class<ResourceQuota> view() {
        return ResourceQuota.class;
    }

    @Override
    public void applyDefaults(Tree quota) {
        PodTemplates.roundUp(quota.map("spec.hard"));
        PodTemplates.roundUp(quota.map("status.hard"));
        PodTemplates.roundUp(quota.map("status.used"));
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    @Override
    public List<Column<ResourceQuota>> columns() {
        return List.of(
                Column.text(
                        "Request", "Used of what may be requested", quota -> used(quota, false)),
                Column.text(
                        "Limit", "Used of what limits may add up to", quota -> used(quota, true)),
                Column.age());
    }

    private static String used(ResourceQuota quota, boolean limits) {
        var used = quota.getStatus().getUsed();
        return new TreeMap<>(quota.getStatus().getHard())
                .entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith("limits.") == limits)
                        .map(entry ->
                                entry.getKey()
                                        + ": "
                                        + (used.containsKey(entry.getKey())
                                                ? used.get(entry.getKey())
                                                : "0")
                                        + "/"
                                        + entry.getValue())
                        .collect(Collectors.joining(", "));
    }
}
