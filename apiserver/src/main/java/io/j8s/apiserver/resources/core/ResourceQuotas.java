package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.schema.Tree;

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
}
