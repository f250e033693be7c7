package io.j8s.apiserver.resources.storage;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.resources.rules.NodeLabels;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Everything the API server knows about `storage.k8s.io/v1 CSIStorageCapacity`.
public final class CsiStorageCapacities implements ResourceStrategy<GenericKubernetesResource> {

    @Override
    public Names names() {
        return new Names("storage.k8s.io/v1", "CSIStorageCapacity", "csistoragecapacities");
    }

    @Override
    public Class<GenericKubernetesResource> view() {
        return GenericKubernetesResource.class;
    }

    @Override
    public boolean updatesUnconditionally() {
        return false;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        validate(At.root(tree, errors), false);
    }

    private static void validate(At root, boolean allowInvalidValues) {
        LabelSelectors.validate(root.at("nodeTopology"), allowInvalidValues);
        root.dnsSubdomain("storageClassName");
        String capacity = root.string("capacity");
        if (!capacity.isEmpty() && Quantity.parse(capacity).signum() < 0) {
            root.invalid("capacity", capacity, At.NOT_NEGATIVE);
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        validate(root, LabelSelectors.hasInvalidValue(oldTree.tree("nodeTopology")));
        root.immutable("nodeTopology", oldTree);
        root.immutable("storageClassName", oldTree);
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        var warnings = new ArrayList<String>();
        var expressions = tree.trees("nodeTopology.matchExpressions");
        for (int i = 0; i < expressions.size(); i++) {
            String key = expressions.get(i).string("key", "");
            if (NodeLabels.warning(key) instanceof String text) {
                warnings.add(
                        "nodeTopology.matchExpressions[%d].key: %s is %s".formatted(i, key, text));
            }
        }
        for (String key : new TreeSet<>(tree.stringMap("nodeTopology.matchLabels").keySet())) {
            if (NodeLabels.warning(key) instanceof String text) {
                warnings.add("nodeTopology.matchLabels." + key + ": " + text);
            }
        }
        return warnings;
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                Column.text(
                        "StorageClassName",
                        "Class that the capacity is for",
                        capacity -> Cells.text(capacity, "storageClassName")),
                Column.text(
                        "Capacity",
                        "How much there is",
                        capacity -> Cells.text("<unset>", capacity, "capacity")));
    }
}
