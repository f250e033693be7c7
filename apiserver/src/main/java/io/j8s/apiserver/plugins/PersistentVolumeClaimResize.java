package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.quantity.Quantity;

import java.util.Objects;

/// Claims grow only where their storage class says that volumes can (upstream:
/// `plugin/pkg/admission/storage/persistentvolume/resize`).
public final class PersistentVolumeClaimResize implements AdmissionPlugin {

    private static final GroupResource CLASSES =
            new GroupResource("storage.k8s.io", "storageclasses");

    private final Lookup lookup;

    public PersistentVolumeClaimResize(Lookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public String name() {
        return "PersistentVolumeClaimResize";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        return Refusals.isUpdate(attributes)
                && attributes.subresource().isEmpty()
                && Refusals.isFor(attributes, "", "persistentvolumeclaims");
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        var claim = Objects.requireNonNull(attributes.object());
        var old = Objects.requireNonNull(attributes.old());
        if (storage(claim).compareTo(storage(old)) <= 0) {
            return;
        }
        if (!old.string("status.phase", "").equals("Bound")) {
            throw Refusals.forbidden(
                    attributes, "Only bound persistent volume claims can be expanded");
        }
        if (!mayGrow(claim, old)) {
            throw Refusals.forbidden(
                    attributes,
                    "only dynamically provisioned pvc can be resized and the storageclass that"
                            + " provisions the pvc must support resize");
        }
    }

    private static Quantity storage(Tree claim) {
        var requests = claim.map("spec.resources.requests");
        return Quantity.parse(requests == null ? "0" : requests.string("storage", "0"));
    }

    private boolean mayGrow(Tree claim, Tree old) {
        var name = className(claim);
        return !name.isEmpty()
                && name.equals(className(old))
                && lookup.get(CLASSES, ObjectKey.clusterScoped(name))
                        .map(found -> found.bool("allowVolumeExpansion", false))
                        .orElse(false);
    }

    private static String className(Tree claim) {
        var annotated =
                claim.stringMap("metadata.annotations")
                        .get("volume.beta.kubernetes.io/storage-class");
        return annotated != null ? annotated : claim.string("spec.storageClassName", "");
    }
}
