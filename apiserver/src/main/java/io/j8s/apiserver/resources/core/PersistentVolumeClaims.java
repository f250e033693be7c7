package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;

/// Everything the API server knows about `v1 PersistentVolumeClaim`.
public final class PersistentVolumeClaims implements ResourceStrategy<PersistentVolumeClaim> {

    @Override
    public Names names() {
        return new Names("v1", "PersistentVolumeClaim", "persistentvolumeclaims");
    }

    @Override
    public Class<PersistentVolumeClaim> view() {
        return PersistentVolumeClaim.class;
    }

    @Override
    public void applyDefaults(Tree claim) {
        claim.ensure("status").setDefault("phase", "Pending");
        applySpecDefaults(claim.ensure("spec"));
    }

    /// Also for the claim templates of stateful sets and ephemeral volumes.
    public static void applySpecDefaults(Tree spec) {
        spec.setDefault("volumeMode", "Filesystem");
        PodTemplates.roundUp(spec.map("resources.requests"));
        PodTemplates.roundUp(spec.map("resources.limits"));
    }

    @Override
    public void prepareForCreate(RequestContext context, Tree claim) {
        claim.set("status.phase", "Pending");
    }
}
