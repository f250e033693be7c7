package io.j8s.apiserver.resources.apps;

import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;

/// Everything the API server knows about `apps/v1 ControllerRevision`.
public final class ControllerRevisions implements ResourceStrategy<ControllerRevision> {

    @Override
    public Names names() {
        return new Names("apps/v1", "ControllerRevision", "controllerrevisions");
    }

    @Override
    public Class<ControllerRevision> view() {
        return ControllerRevision.class;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }
}
