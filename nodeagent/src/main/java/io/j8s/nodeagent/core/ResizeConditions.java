package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// How far a change of a pod's resources has come, as its two conditions tell. Confined to the
/// pod's worker, but for [#all]. upstream: podResizeConditions of the status manager.
public final class ResizeConditions {

    static final String PENDING = "PodResizePending";
    static final String IN_PROGRESS = "PodResizeInProgress";

    private volatile @Nullable PodCondition pending;
    private volatile @Nullable PodCondition inProgress;

    private ResizeConditions() {}

    /// As an earlier agent left them in the pod's status.
    public static ResizeConditions of(Pod pod) {
        var conditions = new ResizeConditions();
        if (pod.getStatus() != null) {
            for (var known : pod.getStatus().getConditions()) {
                switch (known.getType()) {
                    case PENDING -> conditions.pending = known;
                    case IN_PROGRESS -> conditions.inProgress = known;
                    default -> {}
                }
            }
        }
        return conditions;
    }

    public List<PodCondition> all() {
        var all = new ArrayList<PodCondition>();
        var waits = pending;
        if (waits != null) {
            all.add(waits);
        }
        var runs = inProgress;
        if (runs != null) {
            all.add(runs);
        }
        return all;
    }

    public boolean isPending() {
        return pending != null;
    }

    public void clearPending() {
        pending = null;
    }

    /// The node can't give it now.
    ///
    /// @return whether that is news
    public boolean defer(String message, long generation, Instant now) {
        var before = pending;
        pending = condition(PENDING, before, "Deferred", message, generation, now);
        return before == null || !Objects.equals(before.getObservedGeneration(), generation);
    }

    /// A new change was accepted: what an earlier one left is forgotten.
    public void begin(long generation, Instant now) {
        inProgress = condition(IN_PROGRESS, null, null, null, generation, now);
    }

    /// Still under way; what went wrong before stays told.
    public void goOn(long generation, Instant now) {
        if (inProgress == null) {
            begin(generation, now);
        }
    }

    /// @return whether that is news
    public boolean fail(String message, long generation, Instant now) {
        var before = inProgress;
        Long observed = before == null ? Long.valueOf(generation) : before.getObservedGeneration();
        inProgress =
                condition(
                        IN_PROGRESS,
                        before,
                        "Error",
                        message,
                        observed == null ? generation : observed,
                        now);
        return before == null
                || !"Error".equals(before.getReason())
                || !message.equals(before.getMessage());
    }

    /// @return the generation that is done, empty when nothing was under way
    public Optional<Long> end() {
        var before = inProgress;
        inProgress = null;
        return before == null
                ? Optional.empty()
                : Optional.of(
                        before.getObservedGeneration() == null
                                ? 0L
                                : before.getObservedGeneration());
    }

    private static PodCondition condition(
            String type,
            @Nullable PodCondition before,
            @Nullable String reason,
            @Nullable String message,
            long generation,
            Instant now) {
        var since = Times.of(now);
        if (before != null && Objects.equals(before.getReason(), reason)) {
            if (Objects.equals(before.getMessage(), message)
                    && Objects.equals(before.getObservedGeneration(), generation)) {
                return before; // a new probe time alone is no news
            }
            since = before.getLastTransitionTime();
        }
        var condition = new PodCondition();
        condition.setType(type);
        condition.setStatus("True");
        condition.setReason(reason);
        condition.setMessage(message);
        condition.setObservedGeneration(generation);
        condition.setLastProbeTime(Times.of(now));
        condition.setLastTransitionTime(since);
        return condition;
    }
}
