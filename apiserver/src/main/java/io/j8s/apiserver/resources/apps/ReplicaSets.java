package io.j8s.apiserver.resources.apps;

import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
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

/// Everything the API server knows about `apps/v1 ReplicaSet`.
public final class ReplicaSets implements ResourceStrategy<ReplicaSet> {

    @Override
    public Names names() {
        return new Names("apps/v1", "ReplicaSet", "replicasets");
    }

    @Override
    public Class<ReplicaSet> view() {
        return ReplicaSet.class;
    }

    @Override
    public void applyDefaults(Tree set) {
        Tree spec = set.ensure("spec");
        spec.setDefault("replicas", 1);
        PodTemplates.applyDefaults(spec.ensure("template"));
    }

    @Override
    public void prepareForCreate(RequestContext context, Tree set) {
        PodTemplates.dropDisabled(set, null, "spec.template");
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        PodTemplates.dropDisabled(updated, old, "spec.template");
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            spec.nonNegative("replicas", "minReadySeconds");
            Workloads.selector(spec, "deployment"); // upstream says so here too
            Workloads.template(spec, "ReplicaSet");
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
                            "replicas",
                            "fullyLabeledReplicas",
                            "readyReplicas",
                            "availableReplicas",
                            "observedGeneration",
                            "terminatingReplicas"),
                    List.of("fullyLabeledReplicas", "readyReplicas", "availableReplicas"));
            Workloads.availableAreReady(status, "readyReplicas");
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
    public List<Column<ReplicaSet>> columns() {
        var columns = new ArrayList<Column<ReplicaSet>>();
        columns.add(
                Column.integer("Desired", "Pods wanted", s -> number(s.getSpec().getReplicas())));
        columns.add(
                Column.integer(
                        "Current", "Pods there are", s -> number(s.getStatus().getReplicas())));
        columns.add(
                Column.integer(
                        "Ready",
                        "Pods that are ready",
                        s -> number(s.getStatus().getReadyReplicas())));
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
