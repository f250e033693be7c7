package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetConditionBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;

import java.util.List;

/// Keeps as many pods as `spec.replicas` says. The work is [ReplicaReconciler]'s.
public final class ReplicaSetController implements Replicated<ReplicaSet> {

    public static Controller of(ControllerContext context) {
        return new ReplicaReconciler<>(context, new ReplicaSetController(), "replicaset");
    }

    @Override
    public Kind<ReplicaSet> kind() {
        return Kinds.REPLICA_SETS;
    }

    @Override
    public boolean selects(ReplicaSet set, Pod pod) {
        return LabelSelectors.matches(set.getSpec().getSelector(), Meta.labels(pod));
    }

    @Override
    public int replicas(ReplicaSet set) {
        return set.getSpec().getReplicas() == null ? 1 : set.getSpec().getReplicas();
    }

    @Override
    public int minReadySeconds(ReplicaSet set) {
        return Meta.orZero(set.getSpec().getMinReadySeconds());
    }

    @Override
    public PodTemplateSpec template(ReplicaSet set) {
        return set.getSpec().getTemplate();
    }

    @Override
    public Status status(ReplicaSet set) {
        var status = set.getStatus() == null ? new ReplicaSetStatus() : set.getStatus();
        return new Status(
                Meta.orZero(status.getReplicas()),
                Meta.orZero(status.getFullyLabeledReplicas()),
                Meta.orZero(status.getReadyReplicas()),
                Meta.orZero(status.getAvailableReplicas()),
                Integer.valueOf(Meta.orZero(status.getTerminatingReplicas())),
                Meta.orZero(status.getObservedGeneration()),
                status.getConditions() == null
                        ? List.of()
                        : status.getConditions().stream()
                                .map(c ->
                                        new Condition(
                                                c.getType(),
                                                c.getStatus(),
                                                Meta.orEmpty(c.getReason()),
                                                Meta.orEmpty(c.getMessage()),
                                                Meta.orEmpty(c.getLastTransitionTime())))
                                .toList());
    }

    @Override
    public ReplicaSet withStatus(ReplicaSet set, Status status) {
        return new ReplicaSetBuilder(set)
                .withNewStatus()
                .withReplicas(status.replicas())
                .withFullyLabeledReplicas(status.fullyLabeled())
                .withReadyReplicas(status.ready())
                .withAvailableReplicas(status.available())
                .withTerminatingReplicas(status.terminating())
                .withObservedGeneration(status.observedGeneration())
                .withConditions(
                        status.conditions().stream()
                                .map(c ->
                                        new ReplicaSetConditionBuilder()
                                                .withType(c.type())
                                                .withStatus(c.status())
                                                .withReason(c.reason())
                                                .withMessage(c.message())
                                                .withLastTransitionTime(c.since())
                                                .build())
                                .toList())
                .endStatus()
                .build();
    }
}
