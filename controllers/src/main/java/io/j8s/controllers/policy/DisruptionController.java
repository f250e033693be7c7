package io.j8s.controllers.policy;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatus;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatusBuilder;
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
import io.j8s.controllers.workload.PodRules;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.quantity.IntOrPercent;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Tells each disruption budget how many of its pods may be evicted now (upstream:
/// `pkg/controller/disruption`).
public final class DisruptionController implements Controller {

    private static final Duration DELETION_TIMEOUT = Duration.ofMinutes(2); // upstream

    /// @param expected the number of pods there should be
    /// @param desired how many of them must stay healthy
    /// @param unmanaged whether some pods have no controller whose scale could be asked
    record Goal(int expected, int desired, boolean unmanaged) {}

    private final Api api;
    private final Timers timers;
    private final EventRecorder events;
    private final Informer<PodDisruptionBudget> budgets;
    private final Informer<Pod> pods;
    private final Informer<ReplicaSet> replicaSets;
    private final Informer<ReplicationController> replicationControllers;
    private final Informer<Deployment> deployments;
    private final Informer<StatefulSet> statefulSets;
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;

    public DisruptionController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.events = context.events();
        this.budgets = context.informer(Kinds.DISRUPTION_BUDGETS);
        this.pods = context.informer(Kinds.PODS);
        this.replicaSets = context.informer(Kinds.REPLICA_SETS);
        this.replicationControllers = context.informer(Kinds.REPLICATION_CONTROLLERS);
        this.deployments = context.informer(Kinds.DEPLOYMENTS);
        this.statefulSets = context.informer(Kinds.STATEFUL_SETS);
        this.queue = context.queue("disruption");
        this.loops =
                List.of(
                        context.loop(queue, this::reconcile, 1),
                        new StaleDisruptions(context, pods).loop());
        budgets.onChange((_, after) -> {
            if (after != null) {
                queue.add(Meta.key(after));
            }
        });
        pods.onChange((before, after) -> {
            var pod = after == null ? before : after;
            if (pod != null) {
                var all = budgets.inNamespace(Meta.namespace(pod));
                all.stream()
                        .filter(b -> selects(b, before) || selects(b, after))
                        .forEach(b -> queue.add(Meta.key(b)));
                tellOfMany(pod, all.stream().filter(b -> selects(b, pod)).toList());
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private void tellOfMany(Pod pod, List<PodDisruptionBudget> selecting) {
        if (selecting.size() > 1) {
            // upstream looks at that one only; here all of them are counted anew
            events.warning(
                    pod,
                    "MultiplePodDisruptionBudgets",
                    "Pod \"%s\"/\"%s\" matches multiple PodDisruptionBudgets.  Chose \"%s\" arbitrarily."
                            .formatted(
                                    Meta.namespace(pod),
                                    Meta.name(pod),
                                    Meta.name(selecting.getFirst())));
        }
    }

    private static boolean selects(PodDisruptionBudget budget, @Nullable Pod pod) {
        return pod != null
                && LabelSelectors.matches(budget.getSpec().getSelector(), Meta.labels(pod));
    }

    Outcome reconcile(ObjectKey key) {
        var found = budgets.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        var budget = found.get();
        var own =
                pods.inNamespace(key.namespace()).stream()
                        .filter(pod -> selects(budget, pod))
                        .toList();
        if (own.isEmpty()) {
            events.normal(budget, "NoPods", "No matching pods found");
        }
        Goal goal;
        try {
            goal = goal(budget, own);
        } catch (IllegalArgumentException wrong) {
            events.warning(
                    budget,
                    "CalculateExpectedPodCountFailed",
                    "Failed to calculate the number of expected pods: " + wrong.getMessage());
            return Outcome.DONE;
        }
        if (goal.unmanaged) {
            events.warning(
                    budget,
                    "UnmanagedPods",
                    ("Pods selected by this PodDisruptionBudget (selector: %s) were found to be"
                                    + " unmanaged. As a result, the status of the PDB cannot be"
                                    + " calculated correctly, which may result in undefined"
                                    + " behavior. To account for these pods please set"
                                    + " \".spec.minAvailable\" field of the PDB to an integer"
                                    + " value.")
                            .formatted(LabelSelectors.goText(budget.getSpec().getSelector())));
        }
        var now = timers.now();
        var disrupted = disrupted(budget, own, now);
        var status = status(budget, own, goal, disrupted, now);
        if (!status.equals(budget.getStatus())) {
            api.updateStatus(
                    Kinds.DISRUPTION_BUDGETS,
                    new PodDisruptionBudgetBuilder(budget).withStatus(status).build());
        }
        return disrupted.values().stream()
                .map(Meta::time)
                .filter(Objects::nonNull)
                .min(Instant::compareTo)
                .<Outcome>map(at ->
                        new Outcome.Again(
                                Duration.between(now, at.plus(DELETION_TIMEOUT)).plusSeconds(1)))
                .orElse(Outcome.DONE);
    }

    private Goal goal(PodDisruptionBudget budget, List<Pod> own) {
        var max = budget.getSpec().getMaxUnavailable();
        if (max != null) {
            var scale = scale(own);
            int lack = IntOrPercent.resolve(max, scale.expected, true);
            return new Goal(scale.expected, Math.max(0, scale.expected - lack), scale.unmanaged);
        }
        var min = budget.getSpec().getMinAvailable();
        if (min == null) {
            return new Goal(0, 0, false);
        }
        if (min.getIntVal() != null) {
            return new Goal(own.size(), min.getIntVal(), false);
        }
        var scale = scale(own);
        return new Goal(
                scale.expected, IntOrPercent.resolve(min, scale.expected, true), scale.unmanaged);
    }

    /// The sum of the scales of all controllers that own one of the pods.
    private Goal scale(List<Pod> own) {
        var scales = new HashMap<String, Integer>();
        boolean unmanaged = false;
        for (var pod : own) {
            var owner = scaleOf(pod);
            if (owner == null) {
                unmanaged |= Meta.controllerOf(pod) == null;
            } else {
                scales.put(owner.uid, owner.replicas);
            }
        }
        return new Goal(scales.values().stream().mapToInt(Integer::intValue).sum(), 0, unmanaged);
    }

    private record Scale(String uid, int replicas) {}

    private @Nullable Scale scaleOf(Pod pod) {
        var set = OwnerClaims.ownerOf(pod, Kinds.REPLICA_SETS, replicaSets::get);
        if (set.isPresent()) {
            var deployment = OwnerClaims.ownerOf(set.get(), Kinds.DEPLOYMENTS, deployments::get);
            return deployment.isPresent()
                    ? scale(deployment.get(), deployment.get().getSpec().getReplicas())
                    : scale(set.get(), set.get().getSpec().getReplicas());
        }
        var stateful = OwnerClaims.ownerOf(pod, Kinds.STATEFUL_SETS, statefulSets::get);
        if (stateful.isPresent()) {
            return scale(stateful.get(), stateful.get().getSpec().getReplicas());
        }
        return OwnerClaims.ownerOf(pod, Kinds.REPLICATION_CONTROLLERS, replicationControllers::get)
                .map(owner -> scale(owner, owner.getSpec().getReplicas()))
                .orElse(null);
    }

    private static Scale scale(HasMetadata owner, @Nullable Integer replicas) {
        return new Scale(Meta.uid(owner), replicas == null ? 1 : replicas);
    }

    /// Evictions that were granted and whose pods are still there, without those that took too
    /// long.
    private Map<String, String> disrupted(PodDisruptionBudget budget, List<Pod> own, Instant now) {
        var result = new LinkedHashMap<String, String>();
        var granted = budget.getStatus() == null ? null : budget.getStatus().getDisruptedPods();
        if (granted == null) {
            return result;
        }
        for (var pod : own) {
            var text = granted.get(Meta.name(pod));
            var at = Meta.time(text);
            if (at == null || text == null || Meta.isTerminating(pod)) {
                continue;
            }
            if (at.plus(DELETION_TIMEOUT).isBefore(now)) {
                events.warning(
                        pod,
                        "NotDeleted",
                        "Pod was expected by PDB %s/%s to be deleted but it wasn't"
                                .formatted(Meta.namespace(budget), Meta.namespace(budget)));
            } else {
                result.put(Meta.name(pod), text);
            }
        }
        return result;
    }

    /// Pure: the status that follows from the pods.
    static PodDisruptionBudgetStatus status(
            PodDisruptionBudget budget,
            List<Pod> own,
            Goal goal,
            Map<String, String> disrupted,
            Instant now) {
        int healthy =
                (int)
                        own.stream()
                                .filter(pod -> !Meta.isTerminating(pod))
                                .filter(pod -> !disrupted.containsKey(Meta.name(pod)))
                                .filter(PodRules::isReady)
                                .count();
        int allowed = goal.expected <= 0 ? 0 : Math.max(0, healthy - goal.desired);
        var before =
                budget.getStatus() == null ? new PodDisruptionBudgetStatus() : budget.getStatus();
        return new PodDisruptionBudgetStatusBuilder(before)
                .withCurrentHealthy(healthy)
                .withDesiredHealthy(goal.desired)
                .withExpectedPods(goal.expected)
                .withDisruptionsAllowed(allowed)
                .withDisruptedPods(disrupted)
                .withObservedGeneration(Meta.generation(budget))
                .withConditions(conditions(before.getConditions(), budget, allowed > 0, now))
                .build();
    }

    private static List<Condition> conditions(
            List<Condition> before, PodDisruptionBudget budget, boolean allowed, Instant now) {
        var next =
                new ConditionBuilder()
                        .withType("DisruptionAllowed")
                        .withStatus(allowed ? "True" : "False")
                        .withReason(allowed ? "SufficientPods" : "InsufficientPods")
                        .withMessage("")
                        .withObservedGeneration(Meta.generation(budget))
                        .withLastTransitionTime(Meta.timestamp(now))
                        .build();
        var result = new ArrayList<Condition>();
        for (var condition : before) {
            if (!condition.getType().equals(next.getType())) {
                result.add(condition);
            } else if (condition.getStatus().equals(next.getStatus())) {
                next.setLastTransitionTime(condition.getLastTransitionTime());
            }
        }
        result.add(next);
        return result;
    }
}
