package io.j8s.apiserver.resources.node;

import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.core.PodTemplates;
import io.j8s.apiserver.resources.core.SchedulingValidation;
import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.NodeLabels;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;

/// Everything the API server knows about `node.k8s.io/v1 RuntimeClass`.
public final class RuntimeClasses implements ResourceStrategy<RuntimeClass> {

    @Override
    public Names names() {
        return new Names("node.k8s.io/v1", "RuntimeClass", "runtimeclasses");
    }

    @Override
    public Class<RuntimeClass> view() {
        return RuntimeClass.class;
    }

    @Override
    public void applyDefaults(Tree runtimeClass) {
        PodTemplates.roundUp(runtimeClass.map("overhead.podFixed"));
    }

    @Override
    public boolean createsOnUpdate() {
        return true;
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
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        if (root.later().present("handler")) {
            root.later()
                    .all(
                            "handler",
                            NameRules.declared(NameRules.dns1123Label(root.string("handler"))));
        }
        overhead(root);
        if (root.at("scheduling") instanceof At scheduling) {
            scheduling.labels("nodeSelector");
            SchedulingValidation.tolerations(scheduling);
            distinct(scheduling);
        }
    }

    /// Upstream judges it as the limits of a container.
    private static void overhead(At root) {
        boolean huge = false;
        var names = root.keys("overhead.podFixed");
        for (String name : names) {
            var value = Amounts.of(root.tree().map("overhead.podFixed"), name);
            String field = "overhead.limits[" + name + "]";
            Amounts.containerName(root, field, name);
            if (value != null) {
                Amounts.value(root, field, name, value);
                if (Amounts.isHugePages(name)) {
                    huge = true;
                    Amounts.hugePages(root, field, name, value);
                }
            }
        }
        if (huge && !names.contains("cpu") && !names.contains("memory")) {
            root.forbidden("overhead", "HugePages require cpu or memory");
        }
    }

    /// Two tolerations of the same taint are one too many.
    private static void distinct(At scheduling) {
        var seen = new HashSet<List<String>>();
        for (At toleration : scheduling.each("tolerations")) {
            var key =
                    List.of(
                            toleration.string("key"),
                            toleration.string("operator"),
                            toleration.string("value"),
                            toleration.string("effect"));
            if (!seen.add(key)) {
                toleration.duplicateSelf();
            }
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        validate(tree, errors);
        At.root(tree, errors).later().unchanged("handler", oldTree);
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        return tree.stringMap("scheduling.nodeSelector").keySet().stream()
                .sorted()
                .map(NodeLabels::warning)
                .filter(Objects::nonNull)
                .map(text -> "scheduling.nodeSelector: " + text)
                .toList();
    }

    @Override
    public List<Column<RuntimeClass>> columns() {
        return List.of(
                Column.text(
                        "Handler", "Handler of the container runtime", RuntimeClass::getHandler),
                Column.age());
    }
}
