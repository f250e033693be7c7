package io.j8s.apiserver.resources.storage;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.resources.rules.DriverNames;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import java.util.HashSet;
import java.util.List;

/// Everything the API server knows about `storage.k8s.io/v1 CSINode`.
public final class CsiNodes implements ResourceStrategy<GenericKubernetesResource> {

    private static final int NODE_ID_LENGTH_MAX = 256; // upstream: csiNodeIDMaxLength

    @Override
    public Names names() {
        return new Names("storage.k8s.io/v1", "CSINode", "csinodes");
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
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    /// Upstream: the gate CSIVolumeHealth is off; what is stored already may stay.
    @Override
    public void prepareForStatusUpdate(RequestContext context, Tree old, Tree updated) {
        if (old.trees("status.storageHealth").isEmpty()) {
            updated.remove("status.storageHealth");
        }
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        var names = new HashSet<String>();
        for (At driver : At.root(tree, errors).each("spec.drivers")) {
            DriverNames.validate(driver, "name");
            nodeId(driver);
            driver.nonNegative("allocatable.count");
            if (!names.add(driver.string("name"))) {
                driver.duplicate("name", driver.string("name"));
            }
            topologyKeys(driver);
        }
    }

    private static void nodeId(At driver) {
        String id = driver.string("nodeID");
        if (id.isEmpty()) {
            driver.required("nodeID");
        }
        if (NameRules.utf8Length(id) > NODE_ID_LENGTH_MAX) {
            driver.invalid("nodeID", id, "must be 256 characters or less");
        }
    }

    private static void topologyKeys(At driver) {
        var errors = driver.errors();
        var seen = new HashSet<String>();
        for (String key : driver.strings("topologyKeys")) {
            if (key.isEmpty()) {
                errors.required(driver.path(), "");
            }
            if (!seen.add(key)) {
                errors.duplicate(driver.path(), key);
            }
            NameRules.qualifiedName(key).forEach(text -> errors.invalid(driver.path(), key, text));
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        validate(tree, errors);
        for (Tree before : oldTree.trees("spec.drivers")) {
            for (Tree now : tree.trees("spec.drivers")) {
                if (!before.string("name", "").equals(now.string("name", ""))) {
                    continue;
                }
                // what a node may hold may change
                Tree shown = now.copy().remove("allocatable");
                if (!shown.semanticallyEquals(before.copy().remove("allocatable"))) {
                    new At(shown, "spec.drivers", errors).invalidSelf(At.IMMUTABLE);
                }
            }
        }
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                Column.integer(
                        "Drivers",
                        "How many drivers are registered on the node",
                        node -> Cells.count(node, "spec", "drivers")),
                Column.age());
    }
}
