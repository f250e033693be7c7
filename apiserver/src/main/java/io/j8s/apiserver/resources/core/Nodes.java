package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Node;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.IpWarnings;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
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
        keepCidrsInStep(node.ensure("spec"));
        Tree status = node.ensure("status");
        if (status.map("capacity") instanceof TreeMap capacity
                && status.map("allocatable") == null) {
            status.set("allocatable", capacity.copy());
        }
        PodTemplates.roundUp(status.map("capacity"));
        PodTemplates.roundUp(status.map("allocatable"));
    }

    /// The one range stands first in the list of all; where they disagree, it is right (upstream:
    /// the conversion of `NodeSpec`).
    private static void keepCidrsInStep(Tree spec) {
        String one = spec.string("podCIDR", "");
        var all = spec.strings("podCIDRs");
        if (one.isEmpty() && !all.isEmpty()) {
            spec.set("podCIDR", all.getFirst());
        } else if (!one.isEmpty() && (all.isEmpty() || !all.getFirst().equals(one))) {
            spec.remove("podCIDRs");
            spec.ensureList("podCIDRs").add(one);
        }
    }

    @Override
    public void prepareForCreate(RequestContext context, Tree node) {
        node.remove("spec.configSource");
        node.remove("status.config");
        node.remove("spec.podPreemptionPolicy"); // its gate is off
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        dropUnused("spec.configSource", old, updated);
        dropUnused("spec.podPreemptionPolicy", old, updated);
    }

    @Override
    public void prepareForStatusUpdate(RequestContext context, Tree old, Tree updated) {
        dropUnused("status.config", old, updated);
    }

    private static void dropUnused(String field, Tree old, Tree updated) {
        if (!old.has(field)) {
            updated.remove(field);
        }
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        NodeValidation.create(At.root(tree, errors));
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        NodeValidation.create(root);
        NodeValidation.update(root, oldTree);
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        NodeValidation.update(At.root(tree, errors), oldTree);
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        var out = new ArrayList<String>();
        if (tree.has("spec.configSource")) {
            out.add("spec.configSource: the feature is removed");
        }
        if (!tree.string("spec.externalID", "").isEmpty()) {
            out.add("spec.externalID: this field is deprecated, and is unused by Kubernetes");
        }
        var ranges = tree.strings("spec.podCIDRs");
        for (int i = 0; i < ranges.size(); i++) {
            out.addAll(IpWarnings.cidr("spec.podCIDRs[" + i + "]", ranges.get(i)));
        }
        return out;
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
