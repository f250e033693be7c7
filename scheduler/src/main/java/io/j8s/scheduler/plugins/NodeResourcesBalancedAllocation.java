package io.j8s.scheduler.plugins;

import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;

import java.util.List;
import java.util.Optional;

/// Prefers nodes whose resources would be used to a more even degree with the pod than without it.
public final class NodeResourcesBalancedAllocation implements ScorePlugin {

    private final List<WeightedResource> resources;

    public NodeResourcesBalancedAllocation(List<WeightedResource> resources) {
        this.resources = List.copyOf(resources);
    }

    @Override
    public String name() {
        return "NodeResourcesBalancedAllocation";
    }

    /// Pods that request nothing would only be scattered by it (upstream skips best-effort pods).
    @Override
    public Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot) {
        boolean requestsNothing =
                resources.stream().allMatch(resource -> pod.requests().of(resource.name()) == 0);
        if (requestsNothing) {
            return Optional.empty();
        }
        var loads = WeightedResource.loads(resources, pod, true);
        return Optional.of(node -> score(loads, node));
    }

    private static long score(List<WeightedResource.Load> loads, NodeInfo node) {
        long with = balance(loads, node, true);
        long without = balance(loads, node, false);
        return SCORE_MAX / 2 + (SCORE_MAX / 2 + with - without) / 2;
    }

    /// 100 where all resources are used to the same degree.
    private static long balance(List<WeightedResource.Load> loads, NodeInfo node, boolean withPod) {
        double sum = 0;
        double first = 0;
        double second = 0;
        int count = 0;
        for (int i = 0; i < loads.size(); i++) {
            long total = loads.get(i).total(node);
            if (total != 0) {
                double fraction = fraction(loads.get(i), node, withPod, total);
                sum += fraction;
                second = count == 1 ? fraction : second;
                first = count == 0 ? fraction : first;
                count++;
            }
        }
        double deviation = 0;
        if (count == 2) {
            deviation = Math.abs((first - second) / 2);
        } else if (count > 2) {
            deviation = deviation(loads, node, withPod, sum / count, count);
        }
        return (long) ((1 - deviation) * SCORE_MAX);
    }

    private static double deviation(
            List<WeightedResource.Load> loads,
            NodeInfo node,
            boolean withPod,
            double mean,
            int count) {
        double squares = 0;
        for (int i = 0; i < loads.size(); i++) {
            long total = loads.get(i).total(node);
            if (total != 0) {
                double away = fraction(loads.get(i), node, withPod, total) - mean;
                squares += away * away;
            }
        }
        return Math.sqrt(squares / count);
    }

    private static double fraction(
            WeightedResource.Load load, NodeInfo node, boolean withPod, long total) {
        long used = withPod ? load.requested(node) : load.allocated(node);
        return Math.min(1, (double) used / total);
    }
}
