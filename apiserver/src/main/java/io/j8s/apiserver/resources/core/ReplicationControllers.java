package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.ReplicationController;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

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
    public Propagation defaultPropagation() {
        return Propagation.ORPHAN;
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
