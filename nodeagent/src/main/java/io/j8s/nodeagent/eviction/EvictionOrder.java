package io.j8s.nodeagent.eviction;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodResources;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Which pod goes first when memory is short. Pure. upstream: rankMemoryPressure: those above their
/// request, then by priority, then by how far above.
final class EvictionOrder {

    private EvictionOrder() {}

    /// @param used bytes of working set by pod uid
    /// @return pods that may be evicted, the first one first
    static List<Pod> byMemory(List<Pod> pods, Map<String, Long> used) {
        return pods.stream()
                .filter(pod -> !PodFacts.hasEnded(pod) && !PodResources.isCritical(pod))
                .filter(pod -> used.containsKey(PodFacts.uid(pod)))
                .sorted(
                        Comparator.comparing((Pod pod) -> above(pod, used) <= 0)
                                .thenComparingInt(EvictionOrder::priority)
                                .thenComparing(
                                        Comparator.comparingLong((Pod pod) -> above(pod, used))
                                                .reversed()))
                .toList();
    }

    private static int priority(Pod pod) {
        var priority = pod.getSpec().getPriority();
        return priority == null ? 0 : priority;
    }

    private static long above(Pod pod, Map<String, Long> used) {
        return used.getOrDefault(PodFacts.uid(pod), 0L) - requested(pod);
    }

    static long requested(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .mapToLong(container ->
                        container.getResources() == null
                                ? 0
                                : PodResources.bytes(
                                        container.getResources().getRequests(), "memory"))
                .sum();
    }
}
