package io.j8s.apiserver.resources.scheduling;

import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.schema.Tree;

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
