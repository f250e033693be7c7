package io.j8s.apiserver.resources.scheduling;

import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Everything the API server knows about `scheduling.k8s.io/v1 PriorityClass`.
public final class PriorityClasses implements ResourceStrategy<PriorityClass> {

    @Override
    public Names names() {
        return new Names("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses");
    }

    @Override
    public Class<PriorityClass> view() {
        return PriorityClass.class;
    }

    @Override
    public void applyDefaults(Tree priorityClass) {
        priorityClass.setDefault("preemptionPolicy", "PreemptLowerPriority");
    }

    /// Upstream: though nothing of it ever changes it.
    @Override
    public void prepareForCreate(
            io.j8s.apiserver.request.RequestContext context, Tree priorityClass) {
        priorityClass.set("metadata.generation", 1L);
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        String name = root.string("metadata.name");
        if (name.startsWith("system-")) {
            boolean known =
                    (name.equals("system-cluster-critical")
                                    && root.number("value") == 2_000_000_000)
                            || (name.equals("system-node-critical")
                                    && root.number("value") == 2_000_001_000);
            if (!known) {
                root.forbidden(
                        "metadata.name",
                        "priority class names with 'system-' prefix are reserved for system use"
                                + " only. error: "
                                + (name.equals("system-cluster-critical")
                                                || name.equals("system-node-critical")
                                        ? "value of "
                                                + name
                                                + " PriorityClass must be "
                                                + (name.equals("system-cluster-critical")
                                                        ? "2000000000"
                                                        : "2000001000")
                                        : name + " is not a known system priority class"));
            }
        } else if (root.number("value") > 1_000_000_000) {
            root.forbidden(
                    "value", "maximum allowed value of a user defined priority is 1000000000");
        }
        if (root.has("preemptionPolicy")) {
            root.oneOf("preemptionPolicy", "PreemptLowerPriority", "Never");
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        if (root.number("value") != oldTree.longValue("value", 0)) {
            root.forbidden("value", "may not be changed in an update.");
        }
        root.immutable("preemptionPolicy", oldTree);
    }

    @Override
    public List<Column<PriorityClass>> columns() {
        return List.of(
                Column.integer("Value", "Priority of its pods", PriorityClass::getValue),
                new Column<>(
                        "Global-Default",
                        "boolean",
                        "",
                        "Whether pods without a class get it",
                        0,
                        (c, _) -> Boolean.TRUE.equals(c.getGlobalDefault())),
                Column.age(),
                Column.text(
                        "PreemptionPolicy",
                        "Whether its pods may push out others",
                        PriorityClass::getPreemptionPolicy));
    }
}
