package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.PodStatusWriter;
import io.j8s.scheduler.core.SchedulerState;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/// Removes the victims of preemptions in the background (upstream: `preemption.Executor`). The last
/// victim goes last: its going is what wakes the pod that the room is for. Safe for use by many
/// threads.
public final class Evictions {

    private static final Logger log = LoggerFactory.getLogger(Evictions.class);

    private final Api api;
    private final Informer<Pod> pods;
    private final SchedulerState state;
    private final Executor executor;
    private final Map<String, Progress> underWay = new HashMap<>();

    /// How far a preemption is.
    private sealed interface Progress {

        record Begun() implements Progress {}

        /// Only this one has to go yet.
        record LastOf(ObjectKey victim) implements Progress {}
    }

    /// @param executor runs one task for each preemption; it may block
    public Evictions(Api api, Informer<Pod> pods, SchedulerState state, Executor executor) {
        this.api = api;
        this.pods = pods;
        this.state = state;
        this.executor = executor;
    }

    /// Whether a pod has to wait for its victims. While the last one is being removed that one is
    /// looked at: the event that it is on its way may come before the answer to our request.
    boolean isUnderWayFor(String uid) {
        Progress progress;
        synchronized (this) {
            progress = underWay.get(uid);
        }
        return switch (progress) {
            case null -> false;
            case Progress.Begun _ -> true;
            case Progress.LastOf(var victim) ->
                    pods.get(victim).filter(pod -> !Meta.isTerminating(pod)).isPresent();
        };
    }

    /// A pod as it was read last.
    Optional<PodInfo> current(PodInfo pod) {
        return pods.get(pod.key()).map(PodInfo::new);
    }

    /// Whether a pod is on its way out because of another one.
    static boolean isBeingPreempted(PodInfo pod) {
        return pod.isTerminating()
                && pod.pod().getStatus() != null
                && pod.pod().getStatus().getConditions().stream()
                        .anyMatch(condition ->
                                "DisruptionTarget".equals(condition.getType())
                                        && "True".equals(condition.getStatus())
                                        && "PreemptionByScheduler".equals(condition.getReason()));
    }

    void start(PodInfo preemptor, Victims victims) {
        state.metrics().preempted(victims.pods().size());
        var alive = victims.pods().stream().filter(pod -> !pod.isTerminating()).toList();
        if (alive.isEmpty()) {
            return;
        }
        synchronized (this) {
            underWay.put(preemptor.uid(), new Progress.Begun());
        }
        executor.execute(() -> run(preemptor, victims.node(), alive));
    }

    @SuppressWarnings(
            "CatchingUnchecked") // an edge: whatever failed, the pod must not be forgotten
    private void run(PodInfo preemptor, String node, List<PodInfo> victims) {
        boolean needsWaking = false;
        try {
            takeBackPromises(preemptor, node);
            for (PodInfo victim : victims.subList(0, victims.size() - 1)) {
                remove(preemptor, node, victim);
            }
            synchronized (this) {
                underWay.put(preemptor.uid(), new Progress.LastOf(victims.getLast().key()));
            }
            needsWaking = remove(preemptor, node, victims.getLast());
            state.metrics().preemptionEnded(true);
        } catch (StatusException | UncheckedIOException failed) {
            log.atWarn()
                    .addKeyValue("pod", preemptor)
                    .addKeyValue("cause", failed.getMessage())
                    .log("preemption failed, the pod is tried again");
            state.metrics().preemptionEnded(false);
            needsWaking = true;
        } catch (RuntimeException bug) {
            log.atError().setCause(bug).addKeyValue("pod", preemptor).log("preemption failed");
            state.metrics().preemptionEnded(false);
            needsWaking = true;
        } finally {
            synchronized (this) {
                underWay.remove(preemptor.uid());
            }
            if (needsWaking) {
                state.queue().activate(preemptor);
            }
        }
    }

    /// Less important pods that were promised room on the node have to look for another one.
    private void takeBackPromises(PodInfo preemptor, String node) {
        for (PodInfo other : state.nominations().on(node)) {
            if (other.priority() < preemptor.priority()) {
                var current = pods.get(other.key());
                if (current.isPresent()) {
                    state.statuses().write(current.get(), null, "");
                }
            }
        }
    }

    /// @return whether no event will tell that the victim went: it was gone before, or never bound
    private boolean remove(PodInfo preemptor, String node, PodInfo victim) {
        String scheduler = preemptor.spec().getSchedulerName();
        String message = "Preempted by pod %s on node %s".formatted(preemptor.uid(), node);
        if (state.waiting().refuse(victim.uid(), "DefaultPreemption", "preempted")) {
            state.events()
                    .preempted(victim.pod(), scheduler, message + " (in kube-scheduler memory).");
            return true;
        }
        try {
            var condition =
                    new PodStatusWriter.Condition(
                            "DisruptionTarget",
                            "True",
                            "PreemptionByScheduler",
                            "%s: preempting to accommodate a higher priority pod"
                                    .formatted(scheduler));
            // upstream: the condition tells workload controllers why the pod goes
            state.statuses().write(pods.get(victim.key()).orElse(victim.pod()), condition, null);
            api.delete(Kinds.PODS, victim.key(), Api.Delete.PLAIN.onlyUid(victim.uid()));
            state.events().preempted(victim.pod(), scheduler, message);
        } catch (StatusException refused) {
            if (!refused.isNotFound() && !refused.isConflict()) {
                throw refused;
            }
            log.atDebug()
                    .addKeyValue("victim", Meta.key(victim.pod()))
                    .log("the victim is gone already");
            return true;
        }
        return false;
    }
}
