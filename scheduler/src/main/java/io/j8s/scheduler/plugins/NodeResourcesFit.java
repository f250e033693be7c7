package io.j8s.scheduler.plugins;

import io.j8s.scheduler.core.Amounts;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Keeps pods off nodes without room for what they request, and ranks the rest by how full they
/// would be.
public final class NodeResourcesFit implements FilterPlugin, ScorePlugin {

    /// How full nodes rank (upstream: `NodeResourcesFitArgs.scoringStrategy`).
    public sealed interface Strategy {

        record LeastAllocated() implements Strategy {}

        record MostAllocated() implements Strategy {}

        /// @param shape pairs of utilization (0–100) and score (0–10), by rising utilization
        record RequestedToCapacityRatio(List<int[]> shape) implements Strategy {
            public RequestedToCapacityRatio {
                shape = List.copyOf(shape);
            }
        }
    }

    private static final int SHAPE_SCORE_MAX = 10; // upstream: config.MaxCustomPriorityScore

    private final Strategy strategy;
    private final Map<String, Integer> weights;
    private final Set<String> ignored;

    /// @param weights resources that count for the score, with their weights
    /// @param ignored extended resources that other parts account for
    public NodeResourcesFit(Strategy strategy, Map<String, Integer> weights, Set<String> ignored) {
        this.strategy = strategy;
        this.weights = Map.copyOf(weights);
        this.ignored = Set.copyOf(ignored);
    }

    /// Upstream's default: emptier nodes first, by CPU and memory alike.
    public static NodeResourcesFit standard() {
        return new NodeResourcesFit(
                new Strategy.LeastAllocated(), Map.of("cpu", 1, "memory", 1), Set.of());
    }

    @Override
    public String name() {
        return "NodeResourcesFit";
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        return Preparation.check(node -> check(pod.requests(), node));
    }

    private Verdict check(Amounts wanted, NodeInfo node) {
        var missing = new ArrayList<String>();
        boolean mayHelp = true;
        var allocatable = node.allocatable();
        if (node.podCount() + 1 > allocatable.pods()) {
            missing.add("Too many pods");
        }
        for (String name : List.of("cpu", "memory", "ephemeral-storage")) {
            mayHelp &= compare(name, wanted, node, missing);
        }
        for (String name : wanted.scalarNames()) {
            if (!ignored.contains(name)) {
                mayHelp &= compare(name, wanted, node, missing);
            }
        }
        return missing.isEmpty()
                ? Verdict.Fits.FITS
                : new Verdict.Rejected(String.join("\n", missing), mayHelp);
    }

    /// @return false when the node could not hold the pod even if it were empty
    private static boolean compare(
            String name, Amounts wanted, NodeInfo node, List<String> missing) {
        long amount = wanted.of(name);
        long total = node.allocatable().of(name);
        if (amount > 0 && amount > total - node.requested().of(name)) {
            missing.add("Insufficient " + name);
            return amount <= total;
        }
        return true;
    }

    @Override
    public Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot) {
        return Optional.of(node -> score(pod, node));
    }

    private long score(PodInfo pod, NodeInfo node) {
        long sum = 0;
        long weightSum = 0;
        for (var entry : weights.entrySet()) {
            String name = entry.getKey();
            long total = node.allocatable().of(name);
            if (total == 0) {
                continue;
            }
            boolean defaulted = name.equals("cpu") || name.equals("memory");
            var used = defaulted ? node.nonZeroRequested() : node.requested();
            var own = defaulted ? pod.nonZeroRequests() : pod.requests();
            if (!defaulted && own.of(name) == 0) {
                continue;
            }
            sum += entry.getValue() * resourceScore(used.of(name) + own.of(name), total);
            weightSum += entry.getValue();
        }
        return weightSum == 0 ? 0 : sum / weightSum;
    }

    private long resourceScore(long requested, long total) {
        return switch (strategy) {
            case Strategy.LeastAllocated() ->
                    requested > total ? 0 : (total - requested) * SCORE_MAX / total;
            case Strategy.MostAllocated() -> Math.min(requested, total) * SCORE_MAX / total;
            case Strategy.RequestedToCapacityRatio(var shape) ->
                    ratioScore(shape, requested > total ? 100 : requested * 100 / total);
        };
    }

    /// Between two points of the shape the score runs in a straight line.
    private static long ratioScore(List<int[]> shape, long utilization) {
        int[] before = shape.getFirst();
        for (int[] point : shape) {
            if (utilization <= point[0]) {
                long rise = point[0] == before[0] ? 0 : point[1] - before[1];
                long run = Math.max(1, point[0] - before[0]);
                long score = before[1] * 10L + rise * 10L * (utilization - before[0]) / run;
                return utilization < shape.getFirst()[0]
                        ? shape.getFirst()[1] * SCORE_MAX / SHAPE_SCORE_MAX
                        : score * SCORE_MAX / SHAPE_SCORE_MAX / 10;
            }
            before = point;
        }
        return shape.getLast()[1] * SCORE_MAX / SHAPE_SCORE_MAX;
    }
}
