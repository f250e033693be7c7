package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.machinery.meta.GroupResource;

import java.util.Objects;

/// Claims that name no storage class get the default one (upstream:
/// `plugin/pkg/admission/storage/storageclass/setdefault`).
public final class DefaultStorageClass implements AdmissionPlugin {

    private static final GroupResource CLASSES =
            new GroupResource("storage.k8s.io", "storageclasses");

    private final Lookup lookup;

    public DefaultStorageClass(Lookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public String name() {
        return "DefaultStorageClass";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        return Refusals.isCreate(attributes)
                && attributes.subresource().isEmpty()
                && Refusals.isFor(attributes, "", "persistentvolumeclaims");
    }

    @Override
    public void mutate(AdmissionAttributes attributes) {
        var claim = Objects.requireNonNull(attributes.object());
        boolean isNamed =
                claim.has("spec.storageClassName")
                        || claim.stringMap("metadata.annotations")
                                .containsKey("volume.beta.kubernetes.io/storage-class");
        if (isNamed) {
            return;
        }
        var found =
                DefaultClasses.find(lookup, CLASSES, "storageclass.kubernetes.io/is-default-class");
        if (found != null) {
            claim.set("spec.storageClassName", found.string("metadata.name", ""));
        }
    }
}
