package io.j8s.apiserver.resources.apps;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.core.PodTemplates;
import io.j8s.apiserver.schema.Tree;

/// Everything the API server knows about `apps/v1 DaemonSet`.
public final class DaemonSets implements ResourceStrategy<DaemonSet> {

    @Override
    public Names names() {
        return new Names("apps/v1", "DaemonSet", "daemonsets");
    }

    @Override
    public Class<DaemonSet> view() {
        return DaemonSet.class;
    }

    @Override
    public void applyDefaults(Tree set) {
        Tree spec = set.ensure("spec");
        spec.setDefault("revisionHistoryLimit", 10);
        Tree strategy = spec.ensure("updateStrategy");
        strategy.setDefault("type", "RollingUpdate");
        if (strategy.string("type", "").equals("RollingUpdate")) {
            Tree rolling = strategy.ensure("rollingUpdate");
            rolling.setDefault("maxUnavailable", 1);
            rolling.setDefault("maxSurge", 0);
        }
        PodTemplates.applyDefaults(spec.ensure("template"));
    }
}
