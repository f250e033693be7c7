package io.j8s.apiserver.resources.node;

import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.core.PodTemplates;
import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

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
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public void validate(RuntimeClass object, Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        root.dnsLabel("handler");
        for (String name : root.keys("overhead.podFixed")) {
            var value = Amounts.of(tree.map("overhead.podFixed"), name);
            String field = "overhead.podFixed[" + name + "]";
            Amounts.containerName(root, field, name);
            if (value != null) {
                Amounts.value(root, field, name, value);
            }
        }
        root.labels("scheduling.nodeSelector");
    }

    @Override
    public void validateUpdate(
            RuntimeClass updated, RuntimeClass old, Tree tree, Tree oldTree, FieldErrors errors) {
        At.root(tree, errors).immutable("handler", oldTree);
    }

    @Override
    public List<Column<RuntimeClass>> columns() {
        return List.of(
                Column.text(
                        "Handler", "Handler of the container runtime", RuntimeClass::getHandler),
                Column.age());
    }
}
