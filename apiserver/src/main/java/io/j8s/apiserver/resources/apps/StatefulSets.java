package io.j8s.apiserver.resources.apps;

import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.core.PersistentVolumeClaims;
import io.j8s.apiserver.resources.core.PodTemplates;
import io.j8s.apiserver.resources.core.WorkloadColumns;
import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Everything the API server knows about `apps/v1 StatefulSet`.
public final class StatefulSets implements ResourceStrategy<StatefulSet> {

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
