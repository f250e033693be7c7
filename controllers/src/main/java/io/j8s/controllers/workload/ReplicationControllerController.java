package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.ReplicationControllerBuilder;
import io.fabric8.kubernetes.api.model.ReplicationControllerConditionBuilder;
import io.fabric8.kubernetes.api.model.ReplicationControllerStatus;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;

import java.util.List;

/// ReplicaSet's older form, with a plain map as selector. The work is [ReplicaReconciler]'s.
public final class ReplicationControllerController implements Replicated<ReplicationController> {

    public static Controller of(ControllerContext context) {
        return new ReplicaReconciler<>(
                context, new ReplicationControllerController(), "replicationmanager");
    }

    @Override
    public Kind<ReplicationController> kind() {
        return Kinds.REPLICATION_CONTROLLERS;
    }

    @Override
    public boolean selects(ReplicationController owner, Pod pod) {
        var selector = owner.getSpec().getSelector();
        return selector != null
                && !selector.isEmpty()
                && LabelSelectors.matches(selector, Meta.labels(pod));
    }

    @Override
    public int replicas(ReplicationController owner) {
        return owner.getSpec().getReplicas() == null ? 1 : owner.getSpec().getReplicas();
    }

    @Override
    public int minReadySeconds(ReplicationController owner) {
        return Meta.orZero(owner.getSpec().getMinReadySeconds());
    }

    @Override
    public PodTemplateSpec template(ReplicationController owner) {
        return owner.getSpec().getTemplate();
    }

    @Override
    public Status status(ReplicationController owner) {
        var status =
                owner.getStatus() == null ? new ReplicationControllerStatus() : owner.getStatus();
        return new Status(
                Meta.orZero(status.getReplicas()),
                Meta.orZero(status.getFullyLabeledReplicas()),
                Meta.orZero(status.getReadyReplicas()),
                Meta.orZero(status.getAvailableReplicas()),
                null,
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
    public ReplicationController withStatus(ReplicationController owner, Status status) {
        return new ReplicationControllerBuilder(owner)
                .withNewStatus()
                .withReplicas(status.replicas())
                .withFullyLabeledReplicas(status.fullyLabeled())
                .withReadyReplicas(status.ready())
                .withAvailableReplicas(status.available())
                .withObservedGeneration(status.observedGeneration())
                .withConditions(
                        status.conditions().stream()
                                .map(c ->
                                        new ReplicationControllerConditionBuilder()
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
