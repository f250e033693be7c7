package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The order in which surplus pods are deleted, worst first (upstream: `ActivePodsWithRanks`):
/// unassigned, pending, not ready, cheap to delete, on crowded nodes, young, often restarted.
final class PodRanking {

    private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

    private PodRanking() {}

    /// The `count` pods to delete.
    ///
    /// @param related all active pods that serve the same owner's owner: they make nodes crowded
    static List<Pod> victims(List<Pod> pods, List<Pod> related, int count, Instant now) {
        if (count >= pods.size()) {
            return List.copyOf(pods);
        }
        return pods.stream().sorted(order(related, now)).limit(count).toList();
    }

    static Comparator<Pod> order(List<Pod> related, Instant now) {
        var onNode = new HashMap<String, Integer>();
        for (var pod : related) {
            if (PodRules.isActive(pod)) {
                onNode.merge(PodRules.node(pod), 1, Integer::sum);
            }
        }
        return Comparator.comparing((Pod pod) -> !PodRules.node(pod).isEmpty())
                .thenComparingInt(PodRanking::phaseRank)
                .thenComparing(PodRules::isReady)
                .thenComparingInt(PodRanking::deletionCost)
                .thenComparingInt(pod -> -nodeRank(onNode, pod))
                .thenComparing((a, b) -> byReadyTime(a, b, now))
                .thenComparingInt(pod -> -PodRules.restarts(pod))
                .thenComparing((a, b) -> byAge(Meta.created(a), Meta.created(b), a, b, now));
    }

    private static int nodeRank(Map<String, Integer> onNode, Pod pod) {
        return onNode.getOrDefault(PodRules.node(pod), 0);
    }

    private static int phaseRank(Pod pod) {
        return switch (PodRules.phase(pod)) {
            case "Pending" -> 0;
            case "Unknown" -> 1;
            default -> 2;
        };
    }

    private static int deletionCost(Pod pod) {
        var text = Meta.annotations(pod).get(DELETION_COST);
        if (text == null || text.startsWith("+")) {
            return 0;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException _) {
            return 0; // upstream: validation refuses it on create, older objects count as zero
        }
    }

    private static int byReadyTime(Pod a, Pod b, Instant now) {
        var readyA = PodRules.readySince(a);
        var readyB = PodRules.readySince(b);
        if (readyA == null || readyB == null || readyA.equals(readyB)) {
            return 0;
        }
        return byAge(readyA, readyB, a, b, now);
    }

    /// The younger first, but only by magnitude: pods of about the same age fall by uid, so that
    /// not always the newest failure domain loses (upstream: LogarithmicScaleDown).
    private static int byAge(Instant timeA, Instant timeB, Pod a, Pod b, Instant now) {
        if (timeA.equals(timeB)) {
            return 0;
        }
        int difference = magnitude(timeA, now) - magnitude(timeB, now);
        return difference != 0 ? difference : Meta.uid(a).compareTo(Meta.uid(b));
    }

    private static int magnitude(@Nullable Instant since, Instant now) {
        if (since == null) {
            return -1;
        }
        long nanos = Duration.between(since, now).toNanos();
        return nanos > 0 ? 63 - Long.numberOfLeadingZeros(nanos) : -1;
    }
}
