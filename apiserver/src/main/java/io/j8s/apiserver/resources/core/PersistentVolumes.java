package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

import java.util.List;

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

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    @Override
    public List<Column<PersistentVolume>> columns() {
        return List.of(
                Column.text(
                        "Capacity",
                        "Size of the volume",
                        v ->
                                v.getSpec().getCapacity().containsKey("storage")
                                        ? v.getSpec().getCapacity().get("storage").toString()
                                        : "0"),
                Column.text(
                        "Access Modes",
                        "How the volume may be mounted",
                        v -> AccessModes.print(v.getSpec().getAccessModes())),
                Column.text(
                        "Reclaim Policy",
                        "What becomes of it when it is released",
                        v -> v.getSpec().getPersistentVolumeReclaimPolicy()),
                Column.text(
                        "Status",
                        "Phase of the volume",
                        v ->
                                v.getMetadata().getDeletionTimestamp() != null
                                        ? "Terminating"
                                        : v.getStatus().getPhase()),
                Column.text("Claim", "Claim that it is bound to", PersistentVolumes::claim),
                Column.text(
                        "StorageClass",
                        "Class that provisioned it",
                        v -> text(v.getSpec().getStorageClassName())),
                Column.text(
                        "VolumeAttributesClass",
                        "Class of its attributes",
                        v ->
                                v.getSpec().getVolumeAttributesClassName() == null
                                        ? "<unset>"
                                        : v.getSpec().getVolumeAttributesClassName()),
                Column.text(
                        "Reason", "Why it is in its phase", v -> text(v.getStatus().getReason())),
                Column.age(),
                Column.wide(
                        "VolumeMode",
                        "File system or block device",
                        v -> v.getSpec().getVolumeMode()));
    }

    private static String claim(PersistentVolume volume) {
        var reference = volume.getSpec().getClaimRef();
        return reference == null ? "" : reference.getNamespace() + "/" + reference.getName();
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
