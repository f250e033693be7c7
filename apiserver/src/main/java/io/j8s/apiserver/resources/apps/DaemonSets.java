package io.j8s.apiserver.resources.apps;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
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

    private static final String GENERATION = "deprecated.daemonset.template.generation";

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
        } else if (strategy.tree("rollingUpdate") instanceof Tree rolling) {
            // no pointers in Go's internal type: what it writes has both
            rolling.setDefault("maxUnavailable", 0);
            rolling.setDefault("maxSurge", 0);
        }
        PodTemplates.applyDefaults(spec.ensure("template"));
        if (!set.stringMap("metadata.annotations").containsKey(GENERATION)) {
            templateGeneration(set, 0);
        }
    }

    /// The generation of the template lives on as an annotation; upstream's own field for it left
    /// the API.
    @Override
    public void prepareForCreate(RequestContext context, Tree set) {
        PodTemplates.dropDisabled(set, null, "spec.template");
        templateGeneration(set, Math.max(1, templateGeneration(set)));
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        PodTemplates.dropDisabled(updated, old, "spec.template");
        boolean changed = !updated.semanticallyEquals(old, "spec.template");
        templateGeneration(updated, templateGeneration(old) + (changed ? 1 : 0));
    }

    private static long templateGeneration(Tree set) {
        try {
            return Long.parseLong(
                    set.stringMap("metadata.annotations").getOrDefault(GENERATION, ""));
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    private static void templateGeneration(Tree set, long generation) {
        set.ensureMap("metadata.annotations").put(GENERATION, Long.toString(generation));
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            spec(spec, false);
        }
    }

    private static void spec(At spec, boolean allowInvalidValues) {
        LabelSelectors.validate(spec.at("selector"), allowInvalidValues);
        if (LabelSelectors.isValid(spec.tree().tree("selector"))) {
            Workloads.labelsMatch(spec);
        }
        if (spec.has("selector") && LabelSelectors.isEmpty(spec.tree().tree("selector"))) {
            spec.invalid("selector", "empty selector is invalid for daemonset");
        }
        PodValidation.template(spec.at("template"));
        Workloads.runsForEver(spec, "DaemonSet");
        spec.nonNegative("minReadySeconds");
        updateStrategy(spec);
        spec.nonNegative("revisionHistoryLimit");
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        root.immutable("spec.selector", oldTree);
        if (root.at("spec") instanceof At spec) {
            spec(spec, LabelSelectors.hasInvalidValue(oldTree.tree("spec.selector")));
        }
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        if (At.root(tree, errors).at("status") instanceof At status) {
            status.nonNegative(
                    "currentNumberScheduled",
                    "numberMisscheduled",
                    "desiredNumberScheduled",
                    "numberReady",
                    "observedGeneration",
                    "updatedNumberScheduled",
                    "numberAvailable",
                    "numberUnavailable",
                    "collisionCount");
            Workloads.collisionsGrow(status, oldTree);
        }
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
            default ->
                    spec.notSupportedStruct("updateStrategy", List.of("RollingUpdate", "OnDelete"));
        }
    }

    private static void rolling(At rolling) {
        rolling.countOrPercent("maxUnavailable");
        rolling.countOrPercent("maxSurge");
        rolling.atMostAll("maxUnavailable");
        rolling.atMostAll("maxSurge");
        boolean unavailable = rolling.countOrPercentValue("maxUnavailable") != 0;
        boolean surge = rolling.countOrPercentValue("maxSurge") != 0;
        if (unavailable && surge) {
            rolling.invalid("maxSurge", "may not be set when maxUnavailable is non-zero");
        } else if (!unavailable && !surge) {
            rolling.required("maxUnavailable", "cannot be 0 when maxSurge is 0");
        }
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        // upstream: only when the template has changed
        return oldTree != null && tree.semanticallyEquals(oldTree, "spec.template")
                ? List.of()
                : PodWarnings.ofTemplate(tree, "spec.template");
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
