package io.j8s.apiserver.resources.apps;

import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.NameRule;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.core.ClaimValidation;
import io.j8s.apiserver.resources.core.PersistentVolumeClaims;
import io.j8s.apiserver.resources.core.PodTemplates;
import io.j8s.apiserver.resources.core.PodValidation;
import io.j8s.apiserver.resources.core.WorkloadColumns;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;

/// Everything the API server knows about `apps/v1 StatefulSet`.
public final class StatefulSets implements ResourceStrategy<StatefulSet> {

    private static final List<String> FIXED =
            List.of("selector", "volumeClaimTemplates", "serviceName", "podManagementPolicy");

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
        if (strategy.setDefault("type", "RollingUpdate")) {
            strategy.ensure("rollingUpdate");
        }
        // upstream: who names the type himself gets no parameters
        if (strategy.string("type", "").equals("RollingUpdate")
                && strategy.tree("rollingUpdate") instanceof Tree rolling) {
            rolling.setDefault("partition", 0);
            rolling.setDefault("maxUnavailable", 1);
        }
        Tree retention = spec.ensure("persistentVolumeClaimRetentionPolicy");
        retention.setDefault("whenDeleted", "Retain");
        retention.setDefault("whenScaled", "Retain");
        PodTemplates.applyDefaults(spec.ensure("template"));
        for (Tree claim : spec.trees("volumeClaimTemplates")) {
            claim.set("kind", "PersistentVolumeClaim");
            claim.set("apiVersion", "v1");
            claim.ensure("status").setDefault("phase", "Pending");
            PersistentVolumeClaims.applySpecDefaults(claim.ensure("spec"));
        }
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
    public NameRule nameRule() {
        return NameRule.DNS_LABEL;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            spec(spec, Scope.CREATE, false);
        }
    }

    /// How much of a spec is judged: what cannot change any more is not judged again, and neither
    /// is a template when the old spec was not valid either.
    private enum Scope {
        CREATE,
        UPDATE,
        UPDATE_WITHOUT_TEMPLATE
    }

    private static void spec(At spec, Scope scope, boolean wasRecreate) {
        policies(spec, wasRecreate);
        if (scope == Scope.CREATE) {
            for (At claim : spec.each("volumeClaimTemplates")) {
                if (claim.at("spec") instanceof At claimSpec) {
                    ClaimValidation.spec(claimSpec);
                }
            }
        }
        spec.nonNegative("replicas", "minReadySeconds");
        spec.nonNegative("ordinals.start");
        if (scope == Scope.CREATE && !spec.string("serviceName").isEmpty()) {
            spec.dnsLabel("serviceName");
        }
        Workloads.selector(spec, "statefulset");
        if (!LabelSelectors.isValid(spec.tree().tree("selector"))) {
            spec.invalid("selector", "");
        } else {
            template(spec, scope);
        }
        Workloads.runsForEver(spec, "StatefulSet");
    }

    private static void template(At spec, Scope scope) {
        Workloads.labelsMatch(spec);
        At template = spec.at("template");
        if (template == null) {
            return;
        }
        if (scope != Scope.UPDATE_WITHOUT_TEMPLATE) {
            PodValidation.template(
                    new At(asPodsGetIt(spec.tree()), template.path(), spec.errors()));
        }
        // upstream judges these a second time
        if (template.at("metadata") instanceof At metadata) {
            At bare = new At(metadata.tree(), template.path(), template.errors());
            bare.labels("labels");
            bare.annotations("annotations");
        }
    }

    /// The template with what the controller puts into each pod: its name and its claims.
    private static Tree asPodsGetIt(Tree spec) {
        Tree template = Objects.requireNonNull(spec.tree("template")).copy();
        template.remove("spec.subdomain").remove("spec.hostname");
        var claims = spec.trees("volumeClaimTemplates");
        if (claims.isEmpty()) {
            return template;
        }
        var names = new LinkedHashSet<String>();
        claims.forEach(claim -> names.add(claim.string("metadata.name", "")));
        var own =
                template.trees("spec.volumes").stream()
                        .filter(volume -> !names.contains(volume.string("name", "")))
                        .map(Tree::copy)
                        .toList();
        template.remove("spec.volumes");
        var volumes = template.ensureList("spec.volumes");
        for (String name : names) {
            volumes.addTree().set("name", name).set("persistentVolumeClaim.claimName", name);
        }
        own.forEach(volumes::addValue);
        return template;
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        var before = new FieldErrors();
        boolean wasRecreate = oldTree.string("spec.updateStrategy.type", "").equals("Recreate");
        if (At.root(oldTree, before).at("spec") instanceof At oldSpec) {
            spec(oldSpec, Scope.UPDATE, wasRecreate);
        }
        if (root.at("spec") instanceof At spec) {
            spec(
                    spec,
                    before.isEmpty() ? Scope.UPDATE : Scope.UPDATE_WITHOUT_TEMPLATE,
                    wasRecreate);
        }
        FIXED.forEach(field -> root.immutable("spec." + field, oldTree));
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        if (At.root(tree, errors).at("status") instanceof At status) {
            Workloads.counts(
                    status,
                    List.of(
                            "replicas",
                            "readyReplicas",
                            "currentReplicas",
                            "updatedReplicas",
                            "availableReplicas",
                            "observedGeneration",
                            "collisionCount"),
                    List.of(
                            "readyReplicas",
                            "currentReplicas",
                            "updatedReplicas",
                            "availableReplicas"));
            Workloads.availableAreReady(status, "status.readyReplicas");
            Workloads.collisionsGrow(status, oldTree);
        }
    }

    /// @param wasRecreate upstream: the gate StatefulSetRecreateStrategy is off, so that only sets
    ///   which have that strategy keep it
    private static void policies(At spec, boolean wasRecreate) {
        if (spec.present("podManagementPolicy")
                && !List.of("OrderedReady", "Parallel")
                        .contains(spec.string("podManagementPolicy"))) {
            spec.invalid("podManagementPolicy", "must be 'OrderedReady' or 'Parallel'");
        }
        At rolling = spec.at("updateStrategy.rollingUpdate");
        switch (spec.string("updateStrategy.type")) {
            case "" -> spec.required("updateStrategy");
            case String type
                    when type.equals("OnDelete") || (wasRecreate && type.equals("Recreate")) -> {
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
            default ->
                    spec.invalid(
                            "updateStrategy",
                            wasRecreate
                                    ? "must be 'RollingUpdate', 'OnDelete', or 'Recreate'"
                                    : "must be 'RollingUpdate' or 'OnDelete'");
        }
        for (String when : List.of("whenDeleted", "whenScaled")) {
            String field = "persistentVolumeClaimRetentionPolicy." + when;
            if (!List.of("Retain", "Delete").contains(spec.string(field))) {
                spec.notSupported(field, "Retain", "Delete");
            }
        }
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        var warnings = new ArrayList<>(Workloads.templateWarnings(tree, oldTree));
        var claims = tree.trees("spec.volumeClaimTemplates");
        for (int i = 0; i < claims.size(); i++) {
            // upstream: as odd as this
            String path = "spec.volumeClaimTemplates[" + i + "]" + (oldTree == null ? "" : ".Spec");
            warnings.addAll(ClaimValidation.warnings(path, claims.get(i).ensure("spec")));
        }
        if (tree.longValue("spec.revisionHistoryLimit", 0) < 0) {
            warnings.add(
                    "spec.revisionHistoryLimit: a negative value retains all historical revisions;"
                            + " a value >= 0 is recommended");
        }
        return warnings;
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
