package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

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
    public void validate(PersistentVolume object, Tree tree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            if (spec.strings("accessModes").isEmpty()) {
                spec.required("accessModes");
            }
            ClaimValidation.accessModes(spec);
            capacity(spec);
            spec.optionalOneOf("persistentVolumeReclaimPolicy", "Delete", "Recycle", "Retain");
            source(spec, tree.string("metadata.name", ""));
            if (!spec.string("storageClassName").isEmpty()) {
                spec.dnsSubdomain("storageClassName");
            }
            spec.optionalOneOf("volumeMode", "Block", "Filesystem");
            if (spec.at("nodeAffinity") instanceof At affinity) {
                if (affinity.has("required")) {
                    SchedulingValidation.nodeSelector(affinity.at("required"));
                } else {
                    affinity.required("required", "must specify required node constraints");
                }
            }
        }
    }

    @Override
    public void validateUpdate(
            PersistentVolume updated,
            PersistentVolume old,
            Tree tree,
            Tree oldTree,
            FieldErrors errors) {
        validate(updated, tree, errors);
        if (!sourceOf(tree).equals(sourceOf(oldTree))) {
            errors.forbidden(
                    "spec.persistentvolumesource",
                    "spec.persistentvolumesource is immutable after creation\n"
                            + SpecDiff.of(
                                    "core.PersistentVolumeSource",
                                    oldTree.ensure("spec"),
                                    tree.ensure("spec")));
        }
        At root = At.root(tree, errors);
        root.immutable("spec.volumeMode", oldTree);
        if (oldTree.has("spec.nodeAffinity")) {
            root.immutable("spec.nodeAffinity", oldTree);
        }
    }

    private static final List<String> NO_SOURCES =
            List.of(
                    "capacity",
                    "accessModes",
                    "claimRef",
                    "persistentVolumeReclaimPolicy",
                    "storageClassName",
                    "mountOptions",
                    "volumeMode",
                    "nodeAffinity",
                    "volumeAttributesClassName");

    private static String sourceOf(Tree volume) {
        Tree spec = volume.ensure("spec").copy();
        NO_SOURCES.forEach(spec::remove);
        return spec.toString();
    }

    private static void capacity(At spec) {
        var keys = spec.keys("capacity");
        if (keys.isEmpty()) {
            spec.required("capacity");
        }
        var storage = Amounts.of(spec.tree().map("capacity"), "storage");
        if (storage == null || keys.size() > 1) {
            spec.errors()
                    .notSupported(
                            spec.path("capacity"),
                            spec.get("capacity") == null ? "null" : spec.get("capacity"),
                            List.of("storage"));
        }
        if (storage != null && storage.signum() <= 0) {
            spec.errors().invalid(spec.path("capacity[storage]"), storage.toString(), At.POSITIVE);
        }
    }

    private static void source(At spec, String name) {
        int found = 0;
        for (var field : spec.tree().type().fields()) {
            At source = NO_SOURCES.contains(field.name()) ? null : spec.at(field.name());
            if (source == null) {
                continue;
            }
            if (found++ > 0) {
                spec.forbidden(field.name(), "may not specify more than 1 volume type");
                continue;
            }
            switch (field.name()) {
                case "csi" -> {
                    if (source.present("driver")) {
                        VolumeValidation.driverName(source, "driver");
                    }
                    source.present("volumeHandle");
                }
                case "local" -> {
                    if (source.present("path")) {
                        Paths.noBacksteps(source, "path", source.string("path"));
                    }
                    if (!spec.has("nodeAffinity")) {
                        spec.errors()
                                .required(
                                        "metadata.annotations",
                                        "Local volume requires node affinity");
                    }
                }
                default -> VolumeSources.validate(spec, field.name(), source, name);
            }
        }
        if (found == 0) {
            spec.errors().required(spec.path(), "must specify a volume type");
        }
        if (spec.string("hostPath.path").equals("/")
                && spec.string("persistentVolumeReclaimPolicy").equals("Recycle")) {
            spec.forbidden(
                    "persistentVolumeReclaimPolicy",
                    "may not be 'recycle' for a hostPath mount of '/'");
        }
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
