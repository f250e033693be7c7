package io.j8s.apiserver.resources.storage;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Everything the API server knows about `storage.k8s.io/v1 VolumeAttributesClass`.
public final class VolumeAttributesClasses implements ResourceStrategy<GenericKubernetesResource> {

    @Override
    public Names names() {
        return new Names("storage.k8s.io/v1", "VolumeAttributesClass", "volumeattributesclasses");
    }

    @Override
    public Class<GenericKubernetesResource> view() {
        return GenericKubernetesResource.class;
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        ClassParameters.driver(root, "driverName");
        ClassParameters.validate(root, false);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        for (String field : List.of("driverName", "parameters")) {
            if (!tree.semanticallyEquals(oldTree, field)) {
                root.forbidden(field, "updates to " + field + " are forbidden.");
            }
        }
        validate(tree, errors);
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                Column.text(
                        "DriverName",
                        "Driver that knows the attributes",
                        c -> Cells.text(c, "driverName")),
                Column.age());
    }
}
