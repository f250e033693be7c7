package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.scheduler.core.PodInfo;

import org.jspecify.annotations.Nullable;

/// Which selector groups a pod with its like: those of its services together with that of the
/// controller that owns it (upstream: `helper.DefaultSelector`).
public final class WorkloadSelector implements PodTopologySpread.DefaultSelector {

    private final Informer<Service> services;
    private final Informer<ReplicationController> controllers;
    private final Informer<ReplicaSet> replicaSets;
    private final Informer<StatefulSet> statefulSets;

    public WorkloadSelector(Informers informers) {
        services = informers.of(Kinds.SERVICES);
        controllers = informers.of(Kinds.REPLICATION_CONTROLLERS);
        replicaSets = informers.of(Kinds.REPLICA_SETS);
        statefulSets = informers.of(Kinds.STATEFUL_SETS);
    }

    @Override
    public @Nullable LabelSelector of(PodInfo pod) {
        var builder = new LabelSelectorBuilder();
        for (Service service : services.inNamespace(pod.namespace())) {
            var selector = service.getSpec().getSelector();
            if (!selector.isEmpty() && LabelSelectors.matches(selector, pod.labels())) {
                builder.addToMatchLabels(selector);
            }
        }
        var owner = ownerSelector(pod);
        if (owner != null) {
            builder.addToMatchLabels(owner.getMatchLabels());
            builder.addAllToMatchExpressions(owner.getMatchExpressions());
        }
        var all = builder.build();
        return LabelSelectors.isEmpty(all) ? null : all;
    }

    private @Nullable LabelSelector ownerSelector(PodInfo pod) {
        var owner = Meta.controllerOf(pod.pod());
        if (owner == null) {
            return null;
        }
        var key = new ObjectKey(pod.namespace(), owner.getName());
        return switch (owner.getKind()) {
            case "ReplicaSet" ->
                    replicaSets.get(key).map(set -> set.getSpec().getSelector()).orElse(null);
            case "StatefulSet" ->
                    statefulSets.get(key).map(set -> set.getSpec().getSelector()).orElse(null);
            case "ReplicationController" ->
                    controllers
                            .get(key)
                            .map(controller ->
                                    new LabelSelectorBuilder()
                                            .withMatchLabels(controller.getSpec().getSelector())
                                            .build())
                            .orElse(null);
            default -> null;
        };
    }
}
