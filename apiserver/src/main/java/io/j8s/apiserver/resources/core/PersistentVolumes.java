package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;

/// Everything the API server knows about `v1 PersistentVolume`.
public final class PersistentVolumes implements ResourceStrategy<PersistentVolume> {

    @Override
    public Names names() {
        return new Names("v1", "PersistentVolume", "persistentvolumes");
    }

    @Override
    public Class<PersistentVolume> view() {
        return PersistentVolume.class;
    }

    @Override
    public void applyDefaults(Tree volume) {
        volume.ensure("status").setDefault("phase", "Pending");
        Tree spec = volume.ensure("spec");
        spec.setDefault("persistentVolumeReclaimPolicy", "Retain");
        spec.setDefault("volumeMode", "Filesystem");
        if (spec.tree("hostPath") instanceof Tree hostPath && !hostPath.has("type")) {
            hostPath.set("type", "");
        }
        PodTemplates.roundUp(spec.map("capacity"));
    }

    @Override
    public void prepareForCreate(RequestContext context, Tree volume) {
        volume.set("status.phase", "Pending");
    }
}
