package io.j8s.apiserver.resources.storage;

import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.schema.Tree;

/// Everything the API server knows about `storage.k8s.io/v1 StorageClass`.
public final class StorageClasses implements ResourceStrategy<StorageClass> {

    @Override
    public Names names() {
        return new Names("storage.k8s.io/v1", "StorageClass", "storageclasses");
    }

    @Override
    public Class<StorageClass> view() {
        return StorageClass.class;
    }

    @Override
    public void applyDefaults(Tree storageClass) {
        storageClass.setDefault("reclaimPolicy", "Delete");
        storageClass.setDefault("volumeBindingMode", "Immediate");
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }
}
