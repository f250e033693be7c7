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

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Everything the API server knows about `v1 PersistentVolume`.
public final class PersistentVolumes implements ResourceStrategy<PersistentVolume> {

    private static final String PHASE_TIME = "status.lastPhaseTransitionTime";

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
        if (spec.tree("azureDisk") instanceof Tree disk) {
            disk.setDefault("readOnly", false);
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
        volume.set(PHASE_TIME, context.now());
    }

    /// Keeps the time of the phase in step unless the client sets it himself.
    @Override
    public void prepareForStatusUpdate(RequestContext context, Tree old, Tree updated) {
        boolean samePhase = updated.semanticallyEquals(old, "status.phase");
        if (samePhase && !updated.has(PHASE_TIME)) {
            updated.keep(PHASE_TIME, old);
        } else if (!samePhase
                && (!updated.has(PHASE_TIME) || updated.semanticallyEquals(old, PHASE_TIME))) {
            updated.set(PHASE_TIME, context.now());
        }
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        spec(At.root(tree, errors), null);
    }

    /// @param old what is stored; null on create
    private static void spec(At root, @Nullable Tree old) {
        if (!(root.at("spec") instanceof At spec)) {
            return;
        }
        if (spec.strings("accessModes").isEmpty()) {
            spec.required("accessModes");
        }
        ClaimValidation.accessModes(spec);
        capacity(spec);
        if (!spec.string("persistentVolumeReclaimPolicy").isEmpty()) {
            spec.optionalOneOf("persistentVolumeReclaimPolicy", "Delete", "Recycle", "Retain");
        }
        if (spec.at("nodeAffinity") instanceof At affinity) {
            nodeAffinity(affinity, old);
        }
        source(spec, root.string("metadata.name"));
        if (!spec.string("storageClassName").isEmpty()) {
            spec.dnsSubdomain("storageClassName");
        }
        spec.optionalOneOf("volumeMode", "Block", "Filesystem");
        attributesClass(spec);
    }

    /// Values that are none stay allowed where they are stored.
    private static void nodeAffinity(At affinity, @Nullable Tree old) {
        if (affinity.has("required")) {
            SchedulingValidation.nodeSelector(
                    affinity.at("required"),
                    old != null
                            && SchedulingValidation.hasBadValue(
                                    old.tree("spec.nodeAffinity.required")));
        } else {
            affinity.required("required", "must specify required node constraints");
        }
    }

    private static void attributesClass(At spec) {
        String field = "volumeAttributesClassName";
        if (!spec.has(field)) {
            return;
        }
        if (spec.string(field).isEmpty()) {
            spec.required(field, "an empty string is disallowed");
        } else {
            spec.dnsSubdomain(field);
        }
        if (!spec.has("csi")) {
            spec.required("csi", "has to be specified when using volumeAttributesClassName");
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        spec(root, oldTree);
        source(tree, oldTree, errors);
        // upstream reports these without `spec`
        if (!tree.semanticallyEquals(oldTree, "spec.volumeMode")) {
            root.invalid("volumeMode", tree.get("spec.volumeMode"), At.IMMUTABLE);
        }
        if (oldTree.has("spec.nodeAffinity")
                && !tree.semanticallyEquals(oldTree, "spec.nodeAffinity")) {
            root.invalid(
                    "nodeAffinity",
                    tree.get("spec.nodeAffinity"),
                    At.IMMUTABLE + ", except for updating from beta label to GA");
        }
        if (oldTree.has("spec.volumeAttributesClassName")
                && !tree.has("spec.volumeAttributesClassName")) {
            root.forbidden(
                    "spec.volumeAttributesClassName",
                    "update from non-nil value to nil is forbidden");
        }
    }

    /// Where a volume lies stays; a secret for making it bigger may come later.
    private static void source(Tree tree, Tree oldTree, FieldErrors errors) {
        Tree now = tree.ensure("spec").copy();
        Tree before = oldTree.ensure("spec").copy();
        NO_SOURCES.forEach(field -> now.keep(field, before));
        String expand = "csi.controllerExpandSecretRef";
        if (before.has("csi") && !before.has(expand)) {
            now.remove(expand);
        }
        if (!now.semanticallyEquals(before)) {
            errors.forbidden(
                    "spec.persistentvolumesource",
                    "spec.persistentvolumesource is immutable after creation\n"
                            + GoValue.difference(before, now, Set.copyOf(NO_SOURCES)));
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

    private static final Object NULL = new Verbatim("null"); // not quoted

    private static void capacity(At spec) {
        var keys = spec.keys("capacity");
        if (keys.isEmpty()) {
            spec.required("capacity");
        }
        var amounts = spec.tree().map("capacity");
        if (!keys.contains("storage") || keys.size() > 1) {
            spec.errors()
                    .notSupported(
                            spec.path("capacity"),
                            GoValue.shown(spec.get("capacity")) instanceof Object shown
                                    ? shown
                                    : NULL,
                            List.of("storage"));
        }
        for (String key : keys) {
            var amount = Amounts.of(amounts, key);
            if (amount != null && amount.signum() <= 0) {
                String path = spec.path("capacity[" + key + "]");
                if (amount.signum() < 0) {
                    spec.errors()
                            .invalid(path, amount.value(), "must be a valid resource quantity");
                }
                spec.errors().invalid(path, amount.toString(), At.POSITIVE);
            }
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
                case "csi" -> csi(source);
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
        if (isRoot(spec.string("hostPath.path"))
                && spec.string("persistentVolumeReclaimPolicy").equals("Recycle")) {
            spec.forbidden(
                    "persistentVolumeReclaimPolicy",
                    "may not be 'recycle' for a hostPath mount of '/'");
        }
    }

    /// Go's `path.Clean` makes the root of it.
    private static boolean isRoot(String path) {
        return path.startsWith("/") && Path.of(path).normalize().getNameCount() == 0;
    }

    private static void csi(At source) {
        if (source.present("driver")) {
            VolumeValidation.driverName(source, "driver");
        }
        source.present("volumeHandle");
        for (String secret :
                List.of(
                        "controllerPublishSecretRef",
                        "controllerExpandSecretRef",
                        "nodePublishSecretRef",
                        "nodeExpandSecretRef")) {
            if (source.at(secret) instanceof At reference) {
                if (reference.present("name")) {
                    reference.dnsSubdomain("name");
                }
                if (reference.present("namespace")) {
                    reference.dnsLabel("namespace");
                }
            }
        }
    }

    private static final List<Map.Entry<String, String>> OLD_SOURCES =
            List.of(
                    Map.entry("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
                    Map.entry(
                            "photonPersistentDisk",
                            "deprecated in v1.11, non-functional in v1.16+"),
                    Map.entry("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
                    Map.entry("storageos", "deprecated in v1.22, non-functional in v1.25+"),
                    Map.entry("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
                    Map.entry("rbd", "deprecated in v1.28, non-functional in v1.31+"));

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        var out = new ArrayList<String>();
        var annotations = tree.stringMap("metadata.annotations");
        annotation(out, annotations, "storage-class", "v1.8; use \"storageClassName\"");
        annotation(out, annotations, "mount-options", "v1.31; use \"mountOptions\"");
        if (tree.string("spec.persistentVolumeReclaimPolicy", "").equals("Recycle")) {
            out.add(
                    "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated."
                            + " Instead, the recommended approach is to use dynamic"
                            + " provisioning.");
        }
        String terms = "spec.nodeAffinity.required.nodeSelectorTerms";
        for (int i = 0; i < tree.trees(terms).size(); i++) {
            PodWarnings.nodeTerm(terms + "[" + i + "]", tree.trees(terms).get(i), false, out);
        }
        for (var source : OLD_SOURCES) {
            if (tree.has("spec." + source.getKey())) {
                String name = source.getKey().equals("storageos") ? "storageOS" : source.getKey();
                out.add("spec." + name + ": " + source.getValue());
            }
        }
        return out;
    }

    private static void annotation(
            List<String> out, Map<String, String> annotations, String name, String since) {
        String key = "volume.beta.kubernetes.io/" + name;
        if (annotations.containsKey(key)) {
            out.add(
                    "metadata.annotations["
                            + key
                            + "]: deprecated since "
                            + since
                            + " attribute instead");
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
        return reference == null
                ? ""
                : text(reference.getNamespace()) + "/" + text(reference.getName());
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
