package io.j8s.apiserver.resources.storage;

import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import java.util.List;

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

    private static final String DEFAULT = "storageclass.kubernetes.io/is-default-class";
    private static final String OLD_DEFAULT = "storageclass.beta.kubernetes.io/is-default-class";

    @Override
    public boolean tableBeginsWithName() {
        return false;
    }

    /// The name tells which class is the default one.
    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    @Override
    public void validate(StorageClass object, Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        if (root.present("provisioner")) {
            root.all(
                    "provisioner",
                    NameRules.qualifiedName(
                            root.string("provisioner").toLowerCase(java.util.Locale.ROOT)));
        }
        long bytes = 0;
        for (var entry : tree.stringMap("parameters").entrySet()) {
            if (entry.getKey().isEmpty()) {
                root.invalid("parameters", "", "field can not be empty.");
            }
            bytes += NameRules.utf8Length(entry.getKey()) + NameRules.utf8Length(entry.getValue());
        }
        if (tree.stringMap("parameters").size() > PARAMETERS_MAX) {
            errors.tooLong("parameters", PARAMETERS_MAX);
        }
        if (bytes > PARAMETERS_BYTES_MAX) {
            errors.tooLong("parameters", PARAMETERS_BYTES_MAX);
        }
        root.oneOf("reclaimPolicy", "Delete", "Retain");
        root.oneOf("volumeBindingMode", "Immediate", "WaitForFirstConsumer");
    }

    @Override
    public void validateUpdate(
            StorageClass updated, StorageClass old, Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        if (!tree.semanticallyEquals(oldTree, "parameters")) {
            root.forbidden("parameters", "updates to parameters are forbidden.");
        }
        if (!tree.semanticallyEquals(oldTree, "provisioner")) {
            root.forbidden("provisioner", "updates to provisioner are forbidden.");
        }
        if (!tree.semanticallyEquals(oldTree, "reclaimPolicy")) {
            root.forbidden("reclaimPolicy", "updates to reclaimPolicy are forbidden.");
        }
        root.immutable("volumeBindingMode", oldTree);
    }

    private static final int PARAMETERS_MAX = 512; // upstream: maxProvisionerParameterLen
    private static final int PARAMETERS_BYTES_MAX = 256 * 1024;

    @Override
    public List<Column<StorageClass>> columns() {
        return List.of(
                new Column<>("Name", "string", "name", "Name of the class", 0, (c, _) -> name(c)),
                Column.text("Provisioner", "Who makes the volumes", StorageClass::getProvisioner),
                Column.text(
                        "ReclaimPolicy",
                        "What becomes of released volumes",
                        StorageClass::getReclaimPolicy),
                Column.text(
                        "VolumeBindingMode",
                        "When volumes are bound",
                        StorageClass::getVolumeBindingMode),
                new Column<>(
                        "AllowVolumeExpansion",
                        "boolean",
                        "",
                        "Whether volumes may grow",
                        0,
                        (c, _) -> Boolean.TRUE.equals(c.getAllowVolumeExpansion())),
                Column.age());
    }

    private static String name(StorageClass storageClass) {
        var annotations = storageClass.getMetadata().getAnnotations();
        boolean isDefault =
                "true".equals(annotations.get(DEFAULT))
                        || "true".equals(annotations.get(OLD_DEFAULT));
        String name = storageClass.getMetadata().getName();
        return isDefault ? name + " (default)" : name;
    }
}
