package io.j8s.apiserver.resources.apps;

import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.core.PersistentVolumeClaims;
import io.j8s.apiserver.resources.core.PodTemplates;
import io.j8s.apiserver.resources.core.PodWarnings;
import io.j8s.apiserver.resources.core.WorkloadColumns;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Everything the API server knows about `apps/v1 StatefulSet`.
public final class StatefulSets implements ResourceStrategy<StatefulSet> {

    private static final List<String> CHANGEABLE =
            List.of(
                    "replicas",
                    "ordinals",
                    "template",
                    "updateStrategy",
                    "revisionHistoryLimit",
                    "persistentVolumeClaimRetentionPolicy",
                    "minReadySeconds");

    @Override
    public Names names() {
        return new Names("apps/v1", "StatefulSet", "statefulsets");
    }

    @Override
    public Class<StatefulSet> view() {
        return StatefulSet.class;
    }

    @Override
    public void applyDefaults(Tree set) {
        Tree spec = set.ensure("spec");
        spec.setDefault("podManagementPolicy", "OrderedReady");
        spec.setDefault("replicas", 1);
        spec.setDefault("revisionHistoryLimit", 10);
        Tree strategy = spec.ensure("updateStrategy");
        strategy.setDefault("type", "RollingUpdate");
        if (strategy.string("type", "").equals("RollingUpdate")) {
            strategy.ensure("rollingUpdate").setDefault("partition", 0);
        }
        Tree retention = spec.ensure("persistentVolumeClaimRetentionPolicy");
        retention.setDefault("whenDeleted", "Retain");
        retention.setDefault("whenScaled", "Retain");
        PodTemplates.applyDefaults(spec.ensure("template"));
        for (Tree claim : spec.trees("volumeClaimTemplates")) {
            claim.setDefault("kind", "PersistentVolumeClaim");
            claim.setDefault("apiVersion", "v1");
            claim.ensure("status").setDefault("phase", "Pending");
            PersistentVolumeClaims.applySpecDefaults(claim.ensure("spec"));
        }
    }

    @Override
    public void validate(StatefulSet object, Tree tree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            policies(spec);
            spec.nonNegative("replicas", "minReadySeconds", "ordinals.start");
            Workloads.selector(spec, "statefulset");
            Workloads.template(spec, "StatefulSet");
        }
    }

    @Override
    public void validateUpdate(
            StatefulSet updated, StatefulSet old, Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        validate(updated, tree, errors);
        Tree munged = tree.copy();
        for (String field : CHANGEABLE) {
            munged.keep("spec." + field, oldTree);
        }
        if (!munged.semanticallyEquals(oldTree, "spec")) {
            root.forbidden(
                    "spec",
                    "updates to statefulset spec for fields other than 'replicas', 'ordinals',"
                            + " 'template', 'updateStrategy', 'revisionHistoryLimit',"
                            + " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are"
                            + " forbidden");
        }
    }

    @Override
    public void validateStatusUpdate(
            StatefulSet updated, StatefulSet old, Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        Workloads.counts(
                root, "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas");
    }

    private static void policies(At spec) {
        if (spec.present("podManagementPolicy")
                && !List.of("OrderedReady", "Parallel")
                        .contains(spec.string("podManagementPolicy"))) {
            spec.invalid("podManagementPolicy", "must be 'OrderedReady' or 'Parallel'");
        }
        At rolling = spec.at("updateStrategy.rollingUpdate");
        switch (spec.string("updateStrategy.type")) {
            case "" -> spec.required("updateStrategy");
            case "OnDelete" -> {
                if (rolling != null) {
                    spec.invalid(
                            "updateStrategy.rollingUpdate",
                            "only allowed for updateStrategy 'RollingUpdate'");
                }
            }
            case "RollingUpdate" -> {
                if (rolling != null) {
                    rolling.nonNegative("partition");
                    if (rolling.has("maxUnavailable")) {
                        rolling.countOrPercent("maxUnavailable");
                        if (rolling.countOrPercentValue("maxUnavailable") == 0) {
                            rolling.invalid("maxUnavailable", "cannot be 0");
                        }
                        rolling.atMostAll("maxUnavailable");
                    }
                }
            }
            default -> spec.invalid("updateStrategy", "must be 'RollingUpdate' or 'OnDelete'");
        }
        for (String when : List.of("whenDeleted", "whenScaled")) {
            String field = "persistentVolumeClaimRetentionPolicy." + when;
            if (!List.of("Retain", "Delete").contains(spec.string(field))) {
                spec.notSupported(field, "Retain", "Delete");
            }
        }
    }

    @Override
    public List<String> warnings(StatefulSet object, @Nullable StatefulSet old) {
        // upstream: only when the spec has changed
        return old != null && object.getSpec().equals(old.getSpec())
                ? List.of()
                : PodWarnings.of(object.getSpec().getTemplate());
    }

    @Override
    public List<Column<StatefulSet>> columns() {
        var columns = new ArrayList<Column<StatefulSet>>();
        columns.add(
                Column.text(
                        "Ready",
                        "Pods that are ready, of all wanted",
                        s ->
                                number(s.getStatus().getReadyReplicas())
                                        + "/"
                                        + number(s.getSpec().getReplicas())));
        columns.add(Column.age());
        columns.addAll(
                WorkloadColumns.<StatefulSet>containersImagesSelector(
                                s -> s.getSpec().getTemplate(), s -> "")
                        .subList(0, 2));
        return columns;
    }

    private static int number(@Nullable Integer count) {
        return count == null ? 0 : count;
    }
}
