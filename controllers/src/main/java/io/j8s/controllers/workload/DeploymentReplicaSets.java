package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.Written;
import io.j8s.controllers.workload.DeploymentRules.Scale;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Finds, makes, scales and deletes the replica sets of deployments, and tells of it.
final class DeploymentReplicaSets {

    private final Api api;
    private final Timers timers;
    private final EventRecorder events;
    private final DeploymentStatusWriter statuses;
    private final Written<ReplicaSet> written;

    DeploymentReplicaSets(
            Api api,
            Timers timers,
            EventRecorder events,
            DeploymentStatusWriter statuses,
            Written<ReplicaSet> written) {
        this.api = api;
        this.timers = timers;
        this.events = events;
        this.statuses = statuses;
        this.written = written;
    }

    /// A deployment and its replica sets as they are after the calls so far.
    record Family(Deployment deployment, @Nullable ReplicaSet newest, List<ReplicaSet> old) {

        List<ReplicaSet> all() {
            var all = new ArrayList<>(old);
            if (newest != null) {
                all.add(newest);
            }
            return all;
        }

        Family scaled(Map<String, ReplicaSet> updated) {
            var fresh = newest == null ? null : updated.getOrDefault(Meta.uid(newest), newest);
            return new Family(
                    deployment,
                    fresh,
                    old.stream().map(set -> updated.getOrDefault(Meta.uid(set), set)).toList());
        }
    }

    /// Finds (or creates) the newest replica set and brings its revision up to date.
    Family family(Deployment deployment, List<ReplicaSet> sets, boolean create) {
        var newest = DeploymentRules.newest(deployment, sets).orElse(null);
        var old =
                sets.stream()
                        .filter(set -> newest == null || !Meta.uid(set).equals(Meta.uid(newest)))
                        .toList();
        long revision = DeploymentAnnotations.maxRevision(old) + 1;
        if (newest != null) {
            return refreshed(new Family(deployment, newest, old), revision);
        }
        return create ? created(deployment, old, revision) : new Family(deployment, null, old);
    }

    private Family refreshed(Family family, long revision) {
        var set = Objects.requireNonNull(family.newest);
        var deployment = family.deployment;
        var annotations =
                DeploymentAnnotations.ofNewest(deployment, Meta.annotations(set), revision);
        var minReady = Meta.orZero(deployment.getSpec().getMinReadySeconds());
        if (!annotations.equals(Meta.annotations(set))
                || Meta.orZero(set.getSpec().getMinReadySeconds()) != minReady) {
            set =
                    update(
                            new ReplicaSetBuilder(set)
                                    .editMetadata()
                                    .withAnnotations(annotations)
                                    .endMetadata()
                                    .editSpec()
                                    .withMinReadySeconds(minReady)
                                    .endSpec()
                                    .build());
        }
        var status = DeploymentStatusRules.status(deployment);
        if (DeploymentStatusRules.hasDeadline(deployment)
                && DeploymentStatusRules.condition(status, DeploymentStatusRules.PROGRESSING)
                        .isEmpty()) {
            status =
                    DeploymentStatusRules.with(
                            status,
                            progressing(
                                    "FoundNewReplicaSet",
                                    "Found new replica set \"" + Meta.name(set) + "\""));
        }
        return new Family(
                statuses.write(
                        deployment, Long.toString(DeploymentAnnotations.revision(set)), status),
                set,
                family.old);
    }

    private DeploymentCondition progressing(String reason, String message) {
        return DeploymentStatusRules.condition(
                DeploymentStatusRules.PROGRESSING, "True", reason, message, timers.now());
    }

    private Family created(Deployment deployment, List<ReplicaSet> old, long revision) {
        var set = newReplicaSet(deployment, old, revision);
        ReplicaSet stored;
        boolean existed = false;
        try {
            stored = api.create(Kinds.REPLICA_SETS, set);
            written.wrote(stored);
        } catch (StatusException refused) {
            if (!refused.isAlreadyExists()) {
                reportFailure(deployment, set, refused);
                throw refused;
            }
            existed = true;
            stored = api.get(Kinds.REPLICA_SETS, Meta.key(set));
            if (!Meta.isControlledBy(stored, deployment)
                    || !DeploymentRules.sameTemplate(deployment, stored)) {
                countCollision(deployment);
                return new Family(deployment, null, old);
            }
        }
        int size = DeploymentRules.size(stored);
        if (!existed && size > 0) {
            events.normal(
                    deployment,
                    "ScalingReplicaSet",
                    "Scaled up replica set %s from 0 to %d".formatted(Meta.name(stored), size));
        }
        var status = DeploymentStatusRules.status(deployment);
        if (!existed && DeploymentStatusRules.hasDeadline(deployment)) {
            status =
                    DeploymentStatusRules.with(
                            status,
                            progressing(
                                    "NewReplicaSetCreated",
                                    "Created new replica set \"" + Meta.name(stored) + "\""));
        }
        return new Family(statuses.write(deployment, Long.toString(revision), status), stored, old);
    }

    private ReplicaSet newReplicaSet(Deployment deployment, List<ReplicaSet> old, long revision) {
        var spec = deployment.getSpec();
        var hash =
                PodTemplateHash.of(
                        spec.getTemplate(),
                        DeploymentStatusRules.status(deployment).getCollisionCount());
        var template =
                new PodTemplateSpecBuilder(spec.getTemplate())
                        .editOrNewMetadata()
                        .addToLabels(DeploymentRules.HASH_LABEL, hash)
                        .endMetadata()
                        .build();
        int wanted = DeploymentRules.replicas(deployment);
        var annotations =
                DeploymentAnnotations.withSizes(
                        DeploymentAnnotations.ofNewest(deployment, Map.of(), revision),
                        wanted,
                        wanted + DeploymentRules.maxSurge(deployment));
        return new ReplicaSetBuilder()
                .withNewMetadata()
                .withNamespace(Meta.namespace(deployment))
                .withName(Meta.name(deployment) + "-" + hash)
                .withLabels(template.getMetadata().getLabels())
                .withAnnotations(annotations)
                .withOwnerReferences(Meta.controllerRef(Kinds.DEPLOYMENTS, deployment))
                .endMetadata()
                .withNewSpec()
                .withReplicas(DeploymentRules.newSize(deployment, old, 0))
                .withMinReadySeconds(Meta.orZero(spec.getMinReadySeconds()))
                .withSelector(
                        new LabelSelectorBuilder(spec.getSelector())
                                .addToMatchLabels(DeploymentRules.HASH_LABEL, hash)
                                .build())
                .withTemplate(template)
                .endSpec()
                .build();
    }

    private void reportFailure(Deployment deployment, ReplicaSet set, StatusException refused) {
        if (refused.isNamespaceTerminating()) {
            return;
        }
        var message =
                "Failed to create new replica set \"%s\": %s"
                        .formatted(Meta.name(set), refused.message());
        if (DeploymentStatusRules.hasDeadline(deployment)) {
            var failed =
                    DeploymentStatusRules.condition(
                            DeploymentStatusRules.PROGRESSING,
                            "False",
                            "ReplicaSetCreateError",
                            message,
                            timers.now());
            statuses.write(
                    deployment,
                    DeploymentStatusRules.with(DeploymentStatusRules.status(deployment), failed));
        }
        events.warning(deployment, "ReplicaSetCreateError", message);
    }

    /// Another template has the same hash: the count of collisions is part of the next one.
    private void countCollision(Deployment deployment) {
        var status = DeploymentStatusRules.status(deployment);
        statuses.write(
                deployment,
                new DeploymentStatusBuilder(status)
                        .withCollisionCount(Meta.orZero(status.getCollisionCount()) + 1)
                        .build());
    }

    Map<String, ReplicaSet> apply(Deployment deployment, List<Scale> scales) {
        var updated = new HashMap<String, ReplicaSet>();
        for (var scale : scales) {
            updated.put(Meta.uid(scale.set()), apply(deployment, scale));
        }
        return updated;
    }

    private ReplicaSet apply(Deployment deployment, Scale scale) {
        var set = scale.set();
        int before = DeploymentRules.size(set);
        int wanted = DeploymentRules.replicas(deployment);
        var annotations =
                DeploymentAnnotations.withSizes(
                        Meta.annotations(set),
                        wanted,
                        wanted + DeploymentRules.maxSurge(deployment));
        if (before == scale.replicas() && annotations.equals(Meta.annotations(set))) {
            return set;
        }
        var stored =
                update(
                        new ReplicaSetBuilder(set)
                                .editMetadata()
                                .withAnnotations(annotations)
                                .endMetadata()
                                .editSpec()
                                .withReplicas(scale.replicas())
                                .endSpec()
                                .build());
        if (before != scale.replicas()) {
            events.normal(
                    deployment,
                    "ScalingReplicaSet",
                    "Scaled %s replica set %s from %d to %d"
                            .formatted(
                                    before < scale.replicas() ? "up" : "down",
                                    Meta.name(set),
                                    before,
                                    scale.replicas()));
        }
        return stored;
    }

    private ReplicaSet update(ReplicaSet set) {
        var stored = api.update(Kinds.REPLICA_SETS, set);
        written.wrote(stored);
        return stored;
    }

    void cleanUp(Family family) {
        for (var set : DeploymentRules.surplusHistory(family.deployment, family.old)) {
            try {
                api.delete(Kinds.REPLICA_SETS, Meta.key(set), Api.Delete.PLAIN);
            } catch (StatusException refused) {
                if (!refused.isNotFound()) {
                    throw refused;
                }
            }
        }
    }
}
