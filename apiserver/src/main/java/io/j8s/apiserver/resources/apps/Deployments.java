package io.j8s.apiserver.resources.apps;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.core.PodTemplates;
import io.j8s.apiserver.schema.Tree;

/// Everything the API server knows about `apps/v1 Deployment`.
public final class Deployments implements ResourceStrategy<Deployment> {

    @Override
    public Names names() {
        return new Names("apps/v1", "Deployment", "deployments");
    }

    @Override
    public Class<Deployment> view() {
        return Deployment.class;
    }

    @Override
    public void applyDefaults(Tree deployment) {
        Tree spec = deployment.ensure("spec");
        spec.setDefault("replicas", 1);
        spec.setDefault("revisionHistoryLimit", 10);
        spec.setDefault("progressDeadlineSeconds", 600);
        Tree strategy = spec.ensure("strategy");
        strategy.setDefault("type", "RollingUpdate");
        if (strategy.string("type", "").equals("RollingUpdate")) {
            Tree rolling = strategy.ensure("rollingUpdate");
            rolling.setDefault("maxUnavailable", "25%");
            rolling.setDefault("maxSurge", "25%");
        }
        PodTemplates.applyDefaults(spec.ensure("template"));
    }
}
