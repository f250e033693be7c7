package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.GoValue;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Everything the API server knows about `v1 PersistentVolumeClaim`.
public final class PersistentVolumeClaims implements ResourceStrategy<PersistentVolumeClaim> {

    private static final String OLD_CLASS = "volume.beta.kubernetes.io/storage-class";

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
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public void prepareForCreate(RequestContext context, Tree claim) {
        claim.set("status.phase", "Pending");
        ClaimSources.prepare(claim.ensure("spec"), null);
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        ClaimSources.prepare(updated.ensure("spec"), old.tree("spec"));
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            ClaimValidation.spec(spec);
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            ClaimValidation.spec(
                    spec,
                    !LabelSelectors.isValid(oldTree.tree("spec.selector")),
                    oldTree.has("spec.dataSource.apiGroup")
                            || oldTree.has("spec.dataSourceRef.apiGroup"));
        }
        Tree munged = tree.copy();
        Tree before = oldTree.copy();
        ClaimSources.normalize(before.ensure("spec"));
        if (oldTree.string("spec.volumeName", "").isEmpty()) {
            before.keep("spec.volumeName", tree); // bound once
        }
        if (!oldTree.has("spec.storageClassName")) {
            munged.keep("spec.storageClassName", oldTree); // a default that came later
        }
        boolean bound = tree.string("status.phase", "").equals("Bound");
        var oldSize = Amounts.of(oldTree.map("spec.resources.requests"), "storage");
        var newSize = Amounts.of(tree.map("spec.resources.requests"), "storage");
        if (bound && tree.map("spec.resources.requests") != null) {
            munged.ensureMap("spec.resources.requests")
                    .put("storage", oldSize == null ? "0" : oldSize.toString());
        }
        if (bound) {
            munged.keep("spec.volumeAttributesClassName", oldTree);
        }
        if (!munged.semanticallyEquals(before, "spec")) {
            errors.forbidden(
                    "spec",
                    "spec is immutable after creation except resources.requests and"
                            + " volumeAttributesClassName for bound claims\n"
                            + GoValue.difference(before.ensure("spec"), munged.ensure("spec")));
        }
        var wanted = newSize == null ? Quantity.ZERO : newSize;
        if (wanted.compareTo(oldSize == null ? Quantity.ZERO : oldSize) < 0) {
            var present = Amounts.of(oldTree.map("status.capacity"), "storage");
            if (wanted.compareTo(present == null ? Quantity.ZERO : present) <= 0) {
                errors.forbidden(
                        "spec.resources.requests.storage",
                        "field can not be less than status.capacity");
            }
        }
        if (!tree.semanticallyEquals(oldTree, "spec.volumeMode")) {
            errors.invalid("volumeMode", tree.get("spec.volumeMode"), At.IMMUTABLE);
        }
        attributesClass(tree, oldTree, errors);
    }

    /// A class that has been applied may be changed, not taken away.
    private static void attributesClass(Tree tree, Tree old, FieldErrors errors) {
        String field = "spec.volumeAttributesClassName";
        if (tree.semanticallyEquals(old, field)
                || !old.has("status.currentVolumeAttributesClassName")
                || !tree.string(field, "").isEmpty()) {
            return;
        }
        errors.forbidden(
                field,
                "update to "
                        + (tree.has(field) ? "empty string" : "nil")
                        + " is forbidden when status.currentVolumeAttributesClassName is not nil");
    }

    @Override
    public void prepareForStatusUpdate(RequestContext context, Tree old, Tree updated) {
        if (!old.has("status.healthStatus")) {
            updated.remove("status.healthStatus"); // CSIVolumeHealth is off
        }
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        ClaimValidation.status(At.root(tree, errors));
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        var out = new ArrayList<String>();
        if (tree.stringMap("metadata.annotations").containsKey(OLD_CLASS)) {
            out.add(
                    "metadata.annotations["
                            + OLD_CLASS
                            + "]: deprecated since v1.8; use \"storageClassName\" attribute"
                            + " instead");
        }
        out.addAll(ClaimValidation.warnings("spec", tree.ensure("spec")));
        return out;
    }

    @Override
    public List<Column<PersistentVolumeClaim>> columns() {
        return List.of(
                Column.text(
                        "Status",
                        "Phase of the claim",
                        claim ->
                                claim.getMetadata().getDeletionTimestamp() != null
                                        ? "Terminating"
                                        : claim.getStatus().getPhase()),
                Column.text(
                        "Volume", "Volume that is bound", c -> text(c.getSpec().getVolumeName())),
                Column.text("Capacity", "Size of the volume", c -> bound(c) ? capacity(c) : ""),
                Column.text(
                        "Access Modes",
                        "How the volume may be mounted",
                        c -> bound(c) ? AccessModes.print(c.getStatus().getAccessModes()) : ""),
                Column.text(
                        "StorageClass",
                        "Class that provisions the volume",
                        c -> text(c.getSpec().getStorageClassName())),
                Column.text(
                        "VolumeAttributesClass",
                        "Class of the volume's attributes",
                        c ->
                                c.getSpec().getVolumeAttributesClassName() == null
                                        ? "<unset>"
                                        : c.getSpec().getVolumeAttributesClassName()),
                Column.age(),
                Column.wide(
                        "VolumeMode",
                        "File system or block device",
                        c -> c.getSpec().getVolumeMode()));
    }

    private static boolean bound(PersistentVolumeClaim claim) {
        String volume = claim.getSpec().getVolumeName();
        return volume != null && !volume.isEmpty();
    }

    private static String capacity(PersistentVolumeClaim claim) {
        var storage = claim.getStatus().getCapacity().get("storage");
        return storage == null ? "0" : storage.toString();
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
