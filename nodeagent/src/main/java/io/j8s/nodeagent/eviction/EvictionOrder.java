package io.j8s.nodeagent.eviction;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodResources;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/// Which pod goes first when memory or disk is short. Pure. upstream: rankMemoryPressure: those
/// above their request, then by priority, then by how far above.
final class EvictionOrder {

    private EvictionOrder() {}

    /// @param used bytes by pod uid
    /// @param requested what each pod asked for of the same resource
    /// @return pods that may be evicted, the first one first
    static List<Pod> of(List<Pod> pods, Map<String, Long> used, ToLongFunction<Pod> requested) {
        ToLongFunction<Pod> above =
                pod -> used.getOrDefault(PodFacts.uid(pod), 0L) - requested.applyAsLong(pod);
        return pods.stream()
                .filter(pod -> !PodFacts.hasEnded(pod) && !PodResources.isCritical(pod))
                .filter(pod -> used.containsKey(PodFacts.uid(pod)))
                .sorted(
                        Comparator.comparing((Pod pod) -> above.applyAsLong(pod) <= 0)
                                .thenComparingInt(EvictionOrder::priority)
                                .thenComparing(Comparator.comparingLong(above).reversed()))
                .toList();
    }

    private static int priority(Pod pod) {
        var priority = pod.getSpec().getPriority();
        return priority == null ? 0 : priority;
    }

    static long requestedStorage(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .filter(container -> container.getResources() != null)
                .mapToLong(container ->
                        PodResources.bytes(
                                container.getResources().getRequests(), "ephemeral-storage"))
                .sum();
    }
}
