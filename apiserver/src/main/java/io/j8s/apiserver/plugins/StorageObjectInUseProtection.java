package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionPlugin;

import java.util.Map;
import java.util.Objects;

/// Storage that is in use is not removed under its users: adds the finalizers that the protection
/// controllers take away (upstream: `plugin/pkg/admission/storage/storageobjectinuseprotection`).
public final class StorageObjectInUseProtection implements AdmissionPlugin {

    private static final Map<String, String> FINALIZERS =
            Map.of(
                    "persistentvolumes", "kubernetes.io/pv-protection",
                    "persistentvolumeclaims", "kubernetes.io/pvc-protection",
                    "volumeattributesclasses.storage.k8s.io", "kubernetes.io/vac-protection");

    @Override
    public String name() {
        return "StorageObjectInUseProtection";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        return Refusals.isCreate(attributes)
                && attributes.subresource().isEmpty()
                && FINALIZERS.containsKey(attributes.resource().groupResource().toString());
    }

    @Override
    public void mutate(AdmissionAttributes attributes) {
        var object = Objects.requireNonNull(attributes.object());
        var finalizer =
                Objects.requireNonNull(
                        FINALIZERS.get(attributes.resource().groupResource().toString()));
        if (!object.strings("metadata.finalizers").contains(finalizer)) {
            object.ensureList("metadata.finalizers").add(finalizer);
        }
    }
}
