package io.j8s.scheduler.plugins;

import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;

import java.util.List;
import java.util.Optional;

/// Prefers nodes whose CPU and memory would be used to the same degree.
public final class NodeResourcesBalancedAllocation implements ScorePlugin {

    @Override
    public String name() {
        return "NodeResourcesBalancedAllocation";
    }

    /// Pods that request nothing would only be scattered by it (upstream skips best-effort pods).
    @Override
    public Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot) {
        boolean requestsNothing = pod.requests().milliCpu() == 0 && pod.requests().memory() == 0;
        return requestsNothing ? Optional.empty() : Optional.of(node -> score(pod, node));
    }

    private static long score(PodInfo pod, NodeInfo node) {
        double cpu = fraction(pod, node, "cpu");
        double memory = fraction(pod, node, "memory");
        double deviation = cpu < 0 || memory < 0 ? 0 : Math.abs(cpu - memory) / 2;
        return (long) ((1 - deviation) * SCORE_MAX);
    }

    /// Share of the resource that would be requested, at most 1; -1 where the node has none.
    private static double fraction(PodInfo pod, NodeInfo node, String name) {
        long total = node.allocatable().of(name);
        if (total == 0) {
            return -1;
        }
        long used = node.requested().of(name) + pod.requests().of(name);
        return Math.min(1, (double) used / total);
    }
}
