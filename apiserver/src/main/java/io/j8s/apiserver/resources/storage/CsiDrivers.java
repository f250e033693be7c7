package io.j8s.apiserver.resources.storage;

import io.fabric8.kubernetes.api.model.storage.CSIDriver;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.schema.Tree;

/// Everything the API server knows about `storage.k8s.io/v1 CSIDriver`.
public final class CsiDrivers implements ResourceStrategy<CSIDriver> {

    @Override
    public Names names() {
        return new Names("storage.k8s.io/v1", "CSIDriver", "csidrivers");
    }

    @Override
    public Class<CSIDriver> view() {
        return CSIDriver.class;
    }

    @Override
    public void applyDefaults(Tree driver) {
        Tree spec = driver.ensure("spec");
        spec.setDefault("attachRequired", true);
        spec.setDefault("podInfoOnMount", false);
        spec.setDefault("storageCapacity", false);
        spec.setDefault("fsGroupPolicy", "ReadWriteOnceWithFSType");
        spec.setDefault("requiresRepublish", false);
        spec.setDefault("seLinuxMount", false);
        if (spec.strings("volumeLifecycleModes").isEmpty()) {
            spec.ensureList("volumeLifecycleModes").add("Persistent");
        }
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }
}
