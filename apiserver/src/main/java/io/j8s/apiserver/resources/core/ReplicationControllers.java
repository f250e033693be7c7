package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.ReplicationController;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Everything the API server knows about `v1 ReplicationController`.
public final class ReplicationControllers implements ResourceStrategy<ReplicationController> {

    @Override
    public Names names() {
        return new Names("v1", "ReplicationController", "replicationcontrollers");
    }

    @Override
    public Class<ReplicationController> view() {
        return ReplicationController.class;
    }

    @Override
    public void applyDefaults(Tree controller) {
        Tree spec = controller.ensure("spec");
        spec.setDefault("replicas", 1);
        if (spec.tree("template") instanceof Tree template) {
            PodTemplates.applyDefaults(template);
            var labels = template.map("metadata.labels");
            if (labels != null && !labels.isEmpty()) {
                if (spec.stringMap("selector").isEmpty()) {
                    spec.set("selector", labels.copy());
                }
                if (controller.stringMap("metadata.labels").isEmpty()) {
                    controller.set("metadata.labels", labels.copy());
                }
            }
        }
    }

    @Override
    public void prepareForCreate(RequestContext context, Tree controller) {
        PodTemplates.dropDisabled(controller, null, "spec.template");
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        PodTemplates.dropDisabled(updated, old, "spec.template");
    }

    @Override
    public Propagation defaultPropagation() {
        return Propagation.ORPHAN;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            spec.nonNegative("minReadySeconds");
            var selector = tree.stringMap("spec.selector");
            if (selector.isEmpty()) {
                spec.required("selector");
            }
            spec.nonNegative("replicas");
            template(spec, selector);
        }
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        root.nonNegative(
                "status.replicas",
                "status.fullyLabeledReplicas",
                "status.readyReplicas",
                "status.availableReplicas",
                "status.observedGeneration");
        for (String field : List.of("fullyLabeledReplicas", "readyReplicas", "availableReplicas")) {
            if (root.number("status." + field) > root.number("status.replicas")) {
                root.invalid(
                        "status." + field,
                        root.number("status." + field),
                        "cannot be greater than status.replicas");
            }
        }
        if (root.number("status.availableReplicas") > root.number("status.readyReplicas")) {
            root.invalid(
                    "status.availableReplicas",
                    root.number("status.availableReplicas"),
                    "cannot be greater than readyReplicas");
        }
    }

    private static void template(At spec, Map<String, String> selector) {
        if (!spec.has("template")) {
            spec.required("template");
            return;
        }
        var labels = spec.tree().stringMap("template.metadata.labels");
        if (!labels.entrySet().containsAll(selector.entrySet())) {
            spec.invalid("template.metadata.labels", "`selector` does not match template `labels`");
        }
        PodValidation.template(spec.at("template"));
        if (!spec.string("template.spec.restartPolicy").equals("Always")) {
            spec.notSupported("template.spec.restartPolicy", "Always");
        }
        if (spec.has("template.spec.activeDeadlineSeconds")) {
            spec.forbidden(
                    "template.spec.activeDeadlineSeconds",
                    "activeDeadlineSeconds in ReplicationController is not Supported");
        }
    }

    /// Upstream looks at the old template when there is one.
    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        var warnings = new ArrayList<String>();
        if (oldTree == null) {
            warnings.addAll(PodWarnings.ofMakersName(tree));
            warnings.addAll(PodWarnings.ofTemplate(tree, "spec.template"));
        } else if (!tree.semanticallyEquals(oldTree, "metadata.generation")) {
            warnings.addAll(PodWarnings.ofTemplate(oldTree, "spec.template"));
        }
        return warnings;
    }

    @Override
    public List<SelectableField> selectableFields() {
        return List.of(
                new SelectableField(
                        "status.replicas",
                        controller -> Long.toString(controller.longValue("status.replicas", 0))));
    }

    @Override
    public List<Column<ReplicationController>> columns() {
        var columns = new ArrayList<Column<ReplicationController>>();
        columns.add(
                Column.integer("Desired", "Pods wanted", c -> number(c.getSpec().getReplicas())));
        columns.add(
                Column.integer(
                        "Current", "Pods there are", c -> number(c.getStatus().getReplicas())));
        columns.add(
                Column.integer(
                        "Ready",
                        "Pods that are ready",
                        c -> number(c.getStatus().getReadyReplicas())));
        columns.add(Column.age());
        columns.addAll(
                WorkloadColumns.containersImagesSelector(
                        c -> c.getSpec().getTemplate(),
                        c -> WorkloadColumns.print(c.getSpec().getSelector())));
        return columns;
    }

    private static int number(@Nullable Integer count) {
        return count == null ? 0 : count;
    }
}
