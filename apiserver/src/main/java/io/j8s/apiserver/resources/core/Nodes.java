package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Node;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;

import java.util.List;

/// Everything the API server knows about `v1 Node`.
public final class Nodes implements ResourceStrategy<Node> {

    @Override
    public Names names() {
        return new Names("v1", "Node", "nodes");
    }

    @Override
    public Class<Node> view() {
        return Node.class;
    }

    @Override
    public void applyDefaults(Tree node) {
        Tree status = node.ensure("status");
        if (status.map("capacity") instanceof TreeMap capacity
                && status.map("allocatable") == null) {
            status.set("allocatable", capacity.copy());
        }
        PodTemplates.roundUp(status.map("capacity"));
        PodTemplates.roundUp(status.map("allocatable"));
    }

    @Override
    public List<SelectableField> selectableFields() {
        return List.of(
                new SelectableField(
                        "spec.unschedulable",
                        node -> Boolean.toString(node.bool("spec.unschedulable", false))));
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    /// A kubelet registers its node with its status.
    @Override
    public boolean acceptsStatusOnCreate() {
        return true;
    }

    @Override
    public List<Column<Node>> columns() {
        return NodeColumns.all();
    }
}
