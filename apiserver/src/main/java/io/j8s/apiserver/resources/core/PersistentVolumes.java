package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.GoValue;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.errors.Verbatim;

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
    public boolean countsGenerations() {
        return false;
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
                            + GoValue.difference(
                                    oldTree.ensure("spec"),
                                    tree.ensure("spec"),
                                    java.util.Set.copyOf(NO_SOURCES)));
        }
        At root = At.root(tree, errors);
        // upstream reports these without `spec`
        for (String field : List.of("volumeMode", "nodeAffinity")) {
            boolean mayBeSet = field.equals("nodeAffinity") && !oldTree.has("spec.nodeAffinity");
            if (!mayBeSet && !tree.semanticallyEquals(oldTree, "spec." + field)) {
                root.invalid(field, tree.get("spec." + field), At.IMMUTABLE);
            }
        }
        if (oldTree.has("spec.volumeAttributesClassName")
                && !tree.has("spec.volumeAttributesClassName")) {
            root.forbidden(
                    "spec.volumeAttributesClassName",
                    "update from non-nil value to nil is forbidden");
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

    private static final Object NULL = new Verbatim("null"); // not quoted

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
                            GoValue.shown(spec.get("capacity")) instanceof Object shown
                                    ? shown
                                    : NULL,
                            List.of("storage"));
        }
        if (storage != null && storage.signum() <= 0) {
            spec.errors().invalid(spec.path("capacity[storage]"), storage.toString(), At.POSITIVE);
        }
    }

    private static void source(At spec, String name) {
        int found = 0;
        for (String kind : VolumeSources.IN_PERSISTENT_VOLUMES) {
            At source = spec.at(kind);
            if (source == null) {
                continue;
            }
            // upstream: a flex volume is never the one too many
            if (found++ > 0 && !kind.equals("flexVolume")) {
                spec.forbidden(
                        VolumeSources.misspelt(kind), "may not specify more than 1 volume type");
                continue;
            }
            switch (kind) {
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
                        spec.required("nodeAffinity", "Local volume requires node affinity");
                    }
                }
                default -> VolumeSources.validate(spec, kind, source, name);
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
