package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.OwnerClaims;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.controllers.runtime.Written;
import io.j8s.controllers.workload.DeploymentReplicaSets.Family;
import io.j8s.controllers.workload.DeploymentRules.Scale;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Moves a deployment from its old replica sets to the one of its template, within its margins. The
/// decisions are in [DeploymentRules] and [DeploymentStatusRules]; here they are carried out.
public final class DeploymentController implements Controller {

    private final Api api;
    private final Timers timers;
    private final EventRecorder events;
    private final Informer<Deployment> deployments;
    private final Informer<ReplicaSet> replicaSets;
    private final Written<ReplicaSet> written;
    private final DeploymentStatusWriter statuses;
    private final DeploymentReplicaSets replicas;
    private final Informer<Pod> pods;
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;

    public DeploymentController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.events = context.events();
        this.deployments = context.informer(Kinds.DEPLOYMENTS);
        this.replicaSets = context.informer(Kinds.REPLICA_SETS);
        this.written = new Written<>(replicaSets);
        this.statuses = new DeploymentStatusWriter(api);
        this.replicas = new DeploymentReplicaSets(api, timers, events, statuses, written);
        this.pods = context.informer(Kinds.PODS);
        this.queue = context.queue("deployment");
        this.loops = List.of(context.loop(queue, this::reconcile, 5));
        deployments.onChange((before, after) -> {
            var object = after == null ? before : after;
            if (object != null) {
                queue.add(Meta.key(object));
            }
        });
        replicaSets.onChange(this::replicaSetChanged);
        pods.onChange(this::podChanged);
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private void replicaSetChanged(@Nullable ReplicaSet before, @Nullable ReplicaSet after) {
        var object = after == null ? before : after;
        if (object == null) {
            return;
        }
        ownerOf(object).ifPresent(owner -> queue.add(Meta.key(owner)));
        if (before != null
                && !Objects.equals(Meta.controllerOf(before), Meta.controllerOf(object))) {
            ownerOf(before).ifPresent(owner -> queue.add(Meta.key(owner)));
        }
        if (after != null && Meta.controllerOf(after) == null) {
            deployments.inNamespace(Meta.namespace(after)).stream()
                    .filter(d -> selects(d, after))
                    .forEach(d -> queue.add(Meta.key(d)));
        }
    }

    /// Only a recreation waits for pods to go.
    private void podChanged(@Nullable Pod before, @Nullable Pod after) {
        var gone = before != null && (after == null || PodRules.isTerminal(after)) ? before : null;
        if (gone == null) {
            return;
        }
        OwnerClaims.ownerOf(gone, Kinds.REPLICA_SETS, replicaSets::get)
                .flatMap(this::ownerOf)
                .filter(d -> !DeploymentRules.isRolling(d))
                .ifPresent(d -> queue.add(Meta.key(d)));
    }

    private java.util.Optional<Deployment> ownerOf(ReplicaSet set) {
        return OwnerClaims.ownerOf(set, Kinds.DEPLOYMENTS, deployments::get);
    }

    private static boolean selects(Deployment deployment, ReplicaSet set) {
        return !LabelSelectors.isEmpty(deployment.getSpec().getSelector())
                && LabelSelectors.matches(deployment.getSpec().getSelector(), Meta.labels(set));
    }

    Outcome reconcile(ObjectKey key) {
        var found = deployments.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        var deployment = found.get();
        if (LabelSelectors.isEmpty(deployment.getSpec().getSelector())) {
            return refuseEmptySelector(deployment);
        }
        var current =
                written.over(
                        () -> {
                            var candidates =
                                    new ArrayList<>(replicaSets.controlledBy(Meta.uid(deployment)));
                            candidates.addAll(replicaSets.uncontrolledIn(key.namespace()));
                            return candidates;
                        },
                        set -> Meta.isControlledBy(set, deployment));
        var sets =
                new OwnerClaims<>(
                                api,
                                Kinds.DEPLOYMENTS,
                                deployment,
                                Kinds.REPLICA_SETS,
                                set -> selects(deployment, set))
                        .claim(current);
        if (Meta.isTerminating(deployment)) {
            var newest = DeploymentRules.newest(deployment, sets).orElse(null);
            statuses.write(
                    deployment,
                    DeploymentStatusRules.counted(deployment, sets, newest, timers.now()));
            return Outcome.DONE;
        }
        return sync(notePause(deployment), sets);
    }

    private Outcome sync(Deployment deployment, List<ReplicaSet> sets) {
        if (isPaused(deployment)) {
            return scaleOnly(deployment, sets);
        }
        var rollback = DeploymentAnnotations.rollbackTo(deployment);
        if (rollback.isPresent()) {
            return rollBack(deployment, sets, rollback.getAsLong());
        }
        if (DeploymentRules.isScalingEvent(deployment, sets)) {
            return scaleOnly(deployment, sets);
        }
        return DeploymentRules.isRolling(deployment)
                ? roll(deployment, sets)
                : recreate(deployment, sets);
    }

    private Outcome refuseEmptySelector(Deployment deployment) {
        events.warning(
                deployment,
                "SelectingAll",
                "This deployment is selecting all pods. A non-empty selector is required.");
        var status = DeploymentStatusRules.status(deployment);
        if (Meta.orZero(status.getObservedGeneration()) < Meta.generation(deployment)) {
            statuses.write(
                    deployment,
                    new DeploymentStatusBuilder(status)
                            .withObservedGeneration(Meta.generation(deployment))
                            .build());
        }
        return Outcome.DONE;
    }

    private static boolean isPaused(Deployment deployment) {
        return Boolean.TRUE.equals(deployment.getSpec().getPaused());
    }

    /// A pause stops the progress clock and says so; a resume starts it anew.
    private Deployment notePause(Deployment deployment) {
        if (!DeploymentStatusRules.hasDeadline(deployment)) {
            return deployment;
        }
        var status = DeploymentStatusRules.status(deployment);
        var current =
                DeploymentStatusRules.condition(status, DeploymentStatusRules.PROGRESSING)
                        .map(DeploymentCondition::getReason)
                        .orElse("");
        if (current.equals("ProgressDeadlineExceeded")) {
            return deployment;
        }
        boolean said = current.equals("DeploymentPaused");
        if (said == isPaused(deployment)) {
            return deployment;
        }
        var condition =
                said
                        ? unknown("DeploymentResumed", "Deployment is resumed")
                        : unknown("DeploymentPaused", "Deployment is paused");
        return statuses.write(deployment, DeploymentStatusRules.with(status, condition));
    }

    private DeploymentCondition unknown(String reason, String message) {
        return DeploymentStatusRules.condition(
                DeploymentStatusRules.PROGRESSING, "Unknown", reason, message, timers.now());
    }

    private Outcome scaleOnly(Deployment deployment, List<ReplicaSet> sets) {
        var family = replicas.family(deployment, sets, false);
        var scales =
                DeploymentRules.scale(
                        family.deployment(),
                        family.newest(),
                        family.old(),
                        Meta.orZero(
                                DeploymentStatusRules.status(family.deployment()).getReplicas()));
        var after = family.scaled(replicas.apply(family.deployment(), scales));
        if (isPaused(deployment) && DeploymentAnnotations.rollbackTo(deployment).isEmpty()) {
            replicas.cleanUp(after);
        }
        statuses.write(
                after.deployment(),
                DeploymentStatusRules.counted(
                        after.deployment(), after.all(), after.newest(), timers.now()));
        return Outcome.DONE;
    }

    private Outcome roll(Deployment deployment, List<ReplicaSet> sets) {
        var family = replicas.family(deployment, sets, true);
        if (family.newest() == null) {
            return Outcome.DONE; // its name collides: the new count of collisions brings us back
        }
        var scales = DeploymentRules.roll(family.deployment(), family.newest(), family.old());
        var after = family.scaled(replicas.apply(family.deployment(), scales));
        if (scales.isEmpty() && isComplete(after.deployment())) {
            replicas.cleanUp(after);
        }
        return writeRollout(after);
    }

    private Outcome recreate(Deployment deployment, List<ReplicaSet> sets) {
        var family = replicas.family(deployment, sets, false);
        var down =
                DeploymentRules.active(family.old()).stream()
                        .map(set -> new Scale(set, 0))
                        .toList();
        if (!down.isEmpty()) {
            return writeRollout(family.scaled(replicas.apply(family.deployment(), down)));
        }
        if (oldPodsRun(family)) {
            return writeRollout(family);
        }
        var whole =
                family.newest() == null ? replicas.family(family.deployment(), sets, true) : family;
        if (whole.newest() == null) {
            return Outcome.DONE;
        }
        int wanted = DeploymentRules.replicas(whole.deployment());
        var up =
                DeploymentRules.size(whole.newest()) == wanted
                        ? List.<Scale>of()
                        : List.of(new Scale(whole.newest(), wanted));
        var after = whole.scaled(replicas.apply(whole.deployment(), up));
        if (isComplete(after.deployment())) {
            replicas.cleanUp(after);
        }
        return writeRollout(after);
    }

    /// Whether a pod of an old replica set still runs, or of none we know.
    private boolean oldPodsRun(Family family) {
        return family.old().stream()
                .flatMap(set -> pods.controlledBy(Meta.uid(set)).stream())
                .anyMatch(pod -> !PodRules.isTerminal(pod));
    }

    private static boolean isComplete(Deployment deployment) {
        return DeploymentStatusRules.isComplete(
                deployment, DeploymentStatusRules.status(deployment));
    }

    private Outcome rollBack(Deployment deployment, List<ReplicaSet> sets, long revision) {
        var family = replicas.family(deployment, sets, true);
        long target = revision == 0 ? DeploymentAnnotations.lastRevision(family.all()) : revision;
        var edited = new DeploymentBuilder(family.deployment());
        var found =
                target == 0
                        ? null
                        : family.all().stream()
                                .filter(set -> DeploymentAnnotations.revision(set) == target)
                                .findFirst()
                                .orElse(null);
        if (found == null) {
            events.warning(
                    deployment,
                    "DeploymentRollbackRevisionNotFound",
                    target == 0
                            ? "Unable to find last revision."
                            : "Unable to find the revision to rollback to.");
        } else if (DeploymentRules.sameTemplate(family.deployment(), found)) {
            events.warning(
                    deployment,
                    "DeploymentRollbackTemplateUnchanged",
                    "The rollback revision contains the same template as current deployment \"%s\""
                            .formatted(Meta.name(deployment)));
        } else {
            edited.editSpec()
                    .withTemplate(DeploymentRules.withoutHash(found.getSpec().getTemplate()))
                    .endSpec();
            events.normal(
                    deployment,
                    "DeploymentRollback",
                    "Rolled back deployment \"%s\" to revision %d"
                            .formatted(Meta.name(deployment), target));
        }
        api.update(
                Kinds.DEPLOYMENTS,
                edited.editMetadata()
                        .removeFromAnnotations(DeploymentAnnotations.ROLLBACK_TO)
                        .endMetadata()
                        .build());
        return Outcome.DONE;
    }

    private Outcome writeRollout(Family family) {
        var status =
                DeploymentStatusRules.rollout(
                        family.deployment(), family.all(), family.newest(), timers.now());
        statuses.write(family.deployment(), status);
        return DeploymentStatusRules.checkAgain(family.deployment(), status, timers.now())
                .<Outcome>map(wait -> new Outcome.Again(atLeastASecond(wait)))
                .orElse(Outcome.DONE);
    }

    private static Duration atLeastASecond(Duration wait) {
        return wait.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : wait;
    }
}
