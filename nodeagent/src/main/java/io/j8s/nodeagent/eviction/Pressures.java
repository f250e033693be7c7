package io.j8s.nodeagent.eviction;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.core.PodQos;
import io.j8s.nodeagent.core.PodResources;
import io.j8s.nodeagent.core.PodStatuses.Verdict;
import io.j8s.nodeagent.node.NodeRegistration;
import io.j8s.nodeagent.pods.PodWorkers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the node is short of, and which new pods it turns away for that. A shortage counts for five
/// minutes after it was last seen. Safe for use by many threads.
public final class Pressures implements NodeRegistration.Pressure, PodWorkers.Admission {

    private static final Duration TRANSITION =
            Duration.ofMinutes(5); // upstream: evictionPressureTransitionPeriod

    /// In the order in which messages name them.
    enum Kind {
        MEMORY("MemoryPressure"),
        DISK("DiskPressure"),
        PID("PIDPressure");

        private final String condition;

        Kind(String condition) {
            this.condition = condition;
        }
    }

    private final Timers timers;
    private final PodWorkers.Admission otherwise;
    private final Map<Kind, Long> until = new EnumMap<>(Kind.class); // guarded by itself

    /// @param otherwise asked when no shortage speaks against a pod
    public Pressures(Timers timers, PodWorkers.Admission otherwise) {
        this.timers = timers;
        this.otherwise = otherwise;
    }

    void seen(Kind kind) {
        synchronized (until) {
            until.put(kind, timers.nanoTime() + TRANSITION.toNanos());
        }
    }

    @Override
    public boolean isMemoryShort() {
        return is(Kind.MEMORY);
    }

    @Override
    public boolean isDiskShort() {
        return is(Kind.DISK);
    }

    @Override
    public boolean isPidShort() {
        return is(Kind.PID);
    }

    private boolean is(Kind kind) {
        synchronized (until) {
            var end = until.get(kind);
            return end != null && timers.nanoTime() - end < 0;
        }
    }

    /// upstream: the eviction manager's Admit.
    @Override
    public Optional<Verdict> refusal(Pod pod, Collection<Pod> others) {
        var present = new ArrayList<String>();
        for (var kind : Kind.values()) {
            if (is(kind)) {
                present.add(kind.condition);
            }
        }
        if (present.isEmpty() || isTaken(pod, present)) {
            return otherwise.refusal(pod, others);
        }
        return Optional.of(
                new Verdict(
                        "Evicted",
                        "The node had condition: [%s]. ".formatted(String.join(" ", present))));
    }

    @Override
    public Optional<Verdict> shortage(Pod pod, Collection<Pod> others) {
        return otherwise.shortage(pod, others);
    }

    @Override
    public Map<String, Long> missing(Pod pod, Collection<Pod> others) {
        return otherwise.missing(pod, others);
    }

    /// Short memory alone only turns away pods that ask for none of it.
    private static boolean isTaken(Pod pod, List<String> present) {
        if (PodResources.isCritical(pod)) {
            return true;
        }
        if (!present.equals(List.of(Kind.MEMORY.condition))) {
            return false;
        }
        return PodQos.of(pod) != PodQos.BEST_EFFORT
                || pod.getSpec().getTolerations().stream()
                        .anyMatch(toleration ->
                                (toleration.getKey() == null
                                                || toleration
                                                        .getKey()
                                                        .equals(
                                                                "node.kubernetes.io/memory-pressure"))
                                        && (toleration.getEffect() == null
                                                || toleration.getEffect().isEmpty()
                                                || toleration.getEffect().equals("NoSchedule")));
    }
}
