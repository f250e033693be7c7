package io.j8s.apiserver.resources.apps;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.core.PodTemplates;
import io.j8s.apiserver.resources.core.WorkloadColumns;
import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Everything the API server knows about `apps/v1 DaemonSet`.
public final class DaemonSets implements ResourceStrategy<DaemonSet> {

    @Override
    public Names names() {
        return new Names("apps/v1", "DaemonSet", "daemonsets");
    }

    @Override
    public Class<DaemonSet> view() {
        return DaemonSet.class;
    }

    @Override
    public void applyDefaults(Tree set) {
        Tree spec = set.ensure("spec");
        spec.setDefault("revisionHistoryLimit", 10);
        Tree strategy = spec.ensure("updateStrategy");
        strategy.setDefault("type", "RollingUpdate");
        if (strategy.string("type", "").equals("RollingUpdate")) {
            Tree rolling = strategy.ensure("rollingUpdate");
            rolling.setDefault("maxUnavailable", 1);
            rolling.setDefault("maxSurge", 0);
        }
        PodTemplates.applyDefaults(spec.ensure("template"));
    }

    @Override
    public List<Column<DaemonSet>> columns() {
        var columns = new ArrayList<Column<DaemonSet>>();
        columns.add(
                Column.integer(
                        "Desired",
                        "Nodes that should run a pod",
                        s -> number(s.getStatus().getDesiredNumberScheduled())));
        columns.add(
                Column.integer(
                        "Current",
                        "Nodes that run a pod and should",
                        s -> number(s.getStatus().getCurrentNumberScheduled())));
        columns.add(
                Column.integer(
                        "Ready",
                        "Nodes with a ready pod",
                        s -> number(s.getStatus().getNumberReady())));
        columns.add(
                Column.integer(
                        "Up-to-date",
                        "Nodes with a pod of the newest template",
                        s -> number(s.getStatus().getUpdatedNumberScheduled())));
        columns.add(
                Column.integer(
                        "Available",
                        "Nodes with an available pod",
                        s -> number(s.getStatus().getNumberAvailable())));
        columns.add(
                Column.text(
                        "Node Selector",
                        "Which nodes the pods are for",
                        s ->
                                WorkloadColumns.print(
                                        s.getSpec().getTemplate().getSpec().getNodeSelector())));
        columns.add(Column.age());
        columns.addAll(
                WorkloadColumns.containersImagesSelector(
                        s -> s.getSpec().getTemplate(),
                        s -> WorkloadColumns.print(s.getSpec().getSelector())));
        return columns;
    }

    private static int number(@Nullable Integer count) {
        return count == null ? 0 : count;
    }
}
