package io.j8s.apiserver.resources.apps;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.core.PodTemplates;
import io.j8s.apiserver.resources.core.PodWarnings;
import io.j8s.apiserver.resources.core.WorkloadColumns;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Everything the API server knows about `apps/v1 Deployment`.
public final class Deployments implements ResourceStrategy<Deployment> {

    @Override
    public Names names() {
        return new Names("apps/v1", "Deployment", "deployments");
    }

    @Override
    public Class<Deployment> view() {
        return Deployment.class;
    }

    @Override
    public void applyDefaults(Tree deployment) {
        Tree spec = deployment.ensure("spec");
        spec.setDefault("replicas", 1);
        spec.setDefault("revisionHistoryLimit", 10);
        spec.setDefault("progressDeadlineSeconds", 600);
        Tree strategy = spec.ensure("strategy");
        strategy.setDefault("type", "RollingUpdate");
        if (strategy.string("type", "").equals("RollingUpdate")) {
            Tree rolling = strategy.ensure("rollingUpdate");
            rolling.setDefault("maxUnavailable", "25%");
            rolling.setDefault("maxSurge", "25%");
        }
        PodTemplates.applyDefaults(spec.ensure("template"));
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            spec.nonNegative("replicas");
            Workloads.selector(spec, "deployment");
            Workloads.template(spec, "ReplicaSet");
            strategy(spec);
            spec.nonNegative("minReadySeconds", "revisionHistoryLimit");
            deadline(spec);
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        validate(tree, errors);
        At.root(tree, errors).immutable("spec.selector", oldTree);
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        if (At.root(tree, errors).at("status") instanceof At status) {
            Workloads.counts(
                    status,
                    List.of(
                            "observedGeneration",
                            "replicas",
                            "updatedReplicas",
                            "readyReplicas",
                            "availableReplicas",
                            "unavailableReplicas",
                            "terminatingReplicas",
                            "collisionCount"),
                    List.of("updatedReplicas", "readyReplicas", "availableReplicas"));
            Workloads.availableAreReady(status, "readyReplicas");
            Workloads.collisionsGrow(status, oldTree);
        }
    }

    /// Annotations count too: they are copied to the replica sets.
    @Override
    public void prepareForCreate(RequestContext context, Tree deployment) {
        PodTemplates.dropDisabled(deployment, null, "spec.template");
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        PodTemplates.dropDisabled(updated, old, "spec.template");
        if (!updated.semanticallyEquals(old, "metadata.annotations")) {
            updated.set("metadata.generation", old.longValue("metadata.generation", 0) + 1);
        }
    }

    @Override
    public void prepareForStatusUpdate(RequestContext context, Tree old, Tree updated) {
        updated.keep("metadata.labels", old);
    }

    private static void strategy(At spec) {
        String type = spec.string("strategy.type");
        At rolling = spec.at("strategy.rollingUpdate");
        switch (type) {
            case "Recreate" -> {
                if (rolling != null) {
                    spec.forbidden(
                            "strategy.rollingUpdate",
                            "may not be specified when strategy `type` is 'Recreate'");
                }
            }
            case "RollingUpdate" -> {
                if (rolling == null) {
                    spec.required(
                            "strategy.rollingUpdate", "this should be defaulted and never be nil");
                } else {
                    rolling(rolling);
                }
            }
            default -> spec.notSupportedStruct("strategy", List.of("Recreate", "RollingUpdate"));
        }
    }

    private static void rolling(At rolling) {
        rolling.countOrPercent("maxUnavailable");
        rolling.countOrPercent("maxSurge");
        if (rolling.countOrPercentValue("maxUnavailable") == 0
                && rolling.countOrPercentValue("maxSurge") == 0) {
            rolling.invalid("maxUnavailable", "may not be 0 when `maxSurge` is 0");
        }
        rolling.atMostAll("maxUnavailable");
    }

    private static void deadline(At spec) {
        if (!spec.has("progressDeadlineSeconds")) {
            return;
        }
        spec.nonNegative("progressDeadlineSeconds");
        if (spec.number("progressDeadlineSeconds") <= spec.number("minReadySeconds")) {
            spec.invalid("progressDeadlineSeconds", "must be greater than minReadySeconds");
        }
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        var warnings =
                new ArrayList<>(oldTree == null ? PodWarnings.ofMakersName(tree) : List.of());
        warnings.addAll(Workloads.templateWarnings(tree, oldTree));
        return warnings;
    }

    @Override
    public List<Column<Deployment>> columns() {
        var columns = new ArrayList<Column<Deployment>>();
        columns.add(
                Column.text(
                        "Ready",
                        "Number of the pod with ready state",
                        d ->
                                number(d.getStatus().getReadyReplicas())
                                        + "/"
                                        + number(d.getSpec().getReplicas())));
        columns.add(
                Column.text(
                        "Up-to-date",
                        "Pods of the newest template",
                        d -> number(d.getStatus().getUpdatedReplicas())));
        columns.add(
                Column.text(
                        "Available",
                        "Pods that have been ready for long enough",
                        d -> number(d.getStatus().getAvailableReplicas())));
        columns.add(Column.age());
        columns.addAll(
                WorkloadColumns.containersImagesSelector(
                        d -> d.getSpec().getTemplate(), d -> selector(d.getSpec().getSelector())));
        return columns;
    }

    /// Unlike other workloads: an empty text for an empty selector, and another one for a bad one.
    private static String selector(@Nullable LabelSelector selector) {
        String text = WorkloadColumns.print(selector);
        return switch (text) {
            case "<none>" -> "";
            case "<error>" -> "<invalid>";
            default -> text;
        };
    }

    private static int number(@Nullable Integer count) {
        return count == null ? 0 : count;
    }
}
