package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Node;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.errors.FieldErrors;

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
    public void validate(Node object, Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        taints(root);
        amounts(root, "status.capacity");
        amounts(root, "status.allocatable");
        podCidrs(root);
    }

    @Override
    public void validateUpdate(
            Node updated, Node old, Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        amounts(root, "status.capacity");
        amounts(root, "status.allocatable");
        var addresses = new java.util.HashSet<Tree>();
        for (At address : root.each("status.addresses")) {
            if (!addresses.add(address.tree())) {
                errors.duplicate(address.path(), address.tree());
            }
        }
        if (!oldTree.strings("spec.podCIDRs").isEmpty()
                && !tree.strings("spec.podCIDRs").equals(oldTree.strings("spec.podCIDRs"))) {
            errors.forbidden(
                    "spec.podCIDRs",
                    "node updates may not change podCIDR except from \"\" to valid");
        }
        String provider = oldTree.string("spec.providerID", "");
        if (!provider.isEmpty() && !provider.equals(tree.string("spec.providerID", ""))) {
            errors.forbidden(
                    "spec.providerID",
                    "node updates may not change providerID except from \"\" to valid");
        }
        taints(root);
    }

    @Override
    public void validateStatusUpdate(
            Node updated, Node old, Tree tree, Tree oldTree, FieldErrors errors) {
        validateUpdate(updated, old, tree, oldTree, errors);
    }

    /// Upstream reports taints under metadata.
    private static void taints(At root) {
        var seen = new java.util.HashSet<String>();
        for (At own : root.each("spec.taints")) {
            At taint =
                    new At(
                            own.tree(),
                            own.path().replace("spec.taints", "metadata.taints"),
                            own.errors());
            taint.qualifiedName("key");
            var texts = io.j8s.machinery.names.NameRules.labelValue(taint.string("value"));
            if (!texts.isEmpty()) {
                taint.invalid("value", taint.string("value"), String.join(";", texts));
            }
            if (taint.present("effect")) {
                SchedulingValidation.taintEffect(taint);
            }
            if (!seen.add(taint.string("effect") + "|" + taint.string("key"))) {
                taint.errors()
                        .add(
                                new io.j8s.machinery.errors.FieldError(
                                        io.j8s.machinery.errors.FieldError.Type.DUPLICATE,
                                        taint.path(),
                                        "Duplicate value: "
                                                + taint.tree()
                                                + ": taints must be unique by key and effect"
                                                + " pair"));
            }
        }
    }

    private static void amounts(At root, String field) {
        for (String name : root.keys(field)) {
            var value = io.j8s.apiserver.resources.rules.Amounts.of(root.tree().map(field), name);
            if (value != null) {
                // upstream: the name is a part of the path here, no key
                io.j8s.apiserver.resources.rules.Amounts.value(
                        root, field + "." + name, name, value);
            }
        }
    }

    private static void podCidrs(At root) {
        var cidrs = root.strings("spec.podCIDRs");
        var seen = new java.util.HashSet<String>();
        int six = 0;
        for (int i = 0; i < cidrs.size(); i++) {
            root.all(
                    "spec.podCIDRs[" + i + "]",
                    cidrs.get(i),
                    io.j8s.machinery.names.IpRules.legacyCidr(cidrs.get(i), true));
            six += cidrs.get(i).contains(":") ? 1 : 0;
        }
        if (cidrs.size() > 1 && (cidrs.size() > 2 || six != 1)) {
            root.invalid("spec.podCIDRs", "may specify no more than one CIDR for each IP family");
        }
        for (int i = 0; i < cidrs.size(); i++) {
            if (!seen.add(cidrs.get(i))) {
                root.duplicate("spec.podCIDRs[" + i + "]", cidrs.get(i));
            }
        }
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
