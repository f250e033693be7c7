package io.j8s.apiserver.resources.apps;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.core.PodTemplates;
import io.j8s.apiserver.resources.core.PodValidation;
import io.j8s.apiserver.resources.core.PodWarnings;
import io.j8s.apiserver.resources.core.WorkloadColumns;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

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
    public void validate(DaemonSet object, Tree tree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            LabelSelectors.validate(spec.at("selector"));
            Workloads.labelsMatch(spec);
            if (spec.has("selector") && LabelSelectors.isEmpty(tree.tree("spec.selector"))) {
                spec.invalid("selector", "empty selector is invalid for daemonset");
            }
            PodValidation.template(spec.at("template"));
            if (!spec.string("template.spec.restartPolicy").equals("Always")) {
                spec.notSupported("template.spec.restartPolicy", "Always");
            }
            if (spec.has("template.spec.activeDeadlineSeconds")) {
                spec.forbidden(
                        "template.spec.activeDeadlineSeconds",
                        "activeDeadlineSeconds in DaemonSet is not Supported");
            }
            spec.nonNegative("minReadySeconds");
            updateStrategy(spec);
            spec.nonNegative("revisionHistoryLimit");
        }
    }

    @Override
    public void validateUpdate(
            DaemonSet updated, DaemonSet old, Tree tree, Tree oldTree, FieldErrors errors) {
        validate(updated, tree, errors);
        At.root(tree, errors).immutable("spec.selector", oldTree);
    }

    @Override
    public void validateStatusUpdate(
            DaemonSet updated, DaemonSet old, Tree tree, Tree oldTree, FieldErrors errors) {
        At.root(tree, errors)
                .nonNegative(
                        "status.currentNumberScheduled",
                        "status.numberMisscheduled",
                        "status.desiredNumberScheduled",
                        "status.numberReady",
                        "status.observedGeneration",
                        "status.updatedNumberScheduled",
                        "status.numberAvailable",
                        "status.numberUnavailable");
    }

    private static void updateStrategy(At spec) {
        switch (spec.string("updateStrategy.type")) {
            case "OnDelete" -> {}
            case "RollingUpdate" -> {
                if (spec.at("updateStrategy.rollingUpdate") instanceof At rolling) {
                    rolling(rolling);
                } else {
                    spec.required("updateStrategy.rollingUpdate");
                }
            }
            default -> spec.notSupported("updateStrategy.type", "RollingUpdate", "OnDelete");
        }
    }

    private static void rolling(At rolling) {
        rolling.countOrPercent("maxUnavailable");
        rolling.countOrPercent("maxSurge");
        boolean unavailable = rolling.countOrPercentValue("maxUnavailable") != 0;
        boolean surge = rolling.countOrPercentValue("maxSurge") != 0;
        if (unavailable && surge) {
            rolling.invalid("maxSurge", "may not be set when maxUnavailable is non-zero");
        } else if (!unavailable && !surge) {
            rolling.required("maxUnavailable", "cannot be 0 when maxSurge is 0");
        }
        rolling.atMostAll("maxUnavailable");
        rolling.atMostAll("maxSurge");
    }

    @Override
    public List<String> warnings(DaemonSet object, @Nullable DaemonSet old) {
        // upstream: only when the spec has changed
        return old != null && object.getSpec().equals(old.getSpec())
                ? List.of()
                : PodWarnings.of(object.getSpec().getTemplate());
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
