package io.j8s.scheduler.core;

import java.util.List;
import java.util.Optional;

/// Ranks the nodes that a pod fits on. Upstream's PreScore and Score are one here, as in
/// [FilterPlugin].
public interface ScorePlugin extends Plugin {

    long SCORE_MAX = 100; // upstream: framework.MaxNodeScore

    /// Whether upstream's plugin has a PreScore of its own, which metrics tell apart.
    default boolean hasPreScore() {
        return true;
    }

    /// Looks at a pod once a cycle; empty when the plugin does not care.
    Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot);

    /// The ranking of one pod in one cycle.
    @FunctionalInterface
    interface NodeScore {

        /// Any number before [#normalize]; 0 to [ScorePlugin#SCORE_MAX] after it.
        long score(NodeInfo node);

        /// Brings raw scores, in the order of the nodes, to 0..[ScorePlugin#SCORE_MAX] in place.
        default void normalize(long[] scores) {}
    }

    /// Upstream's `DefaultNormalizeScore`: scales the highest to the maximum, turned round if
    /// `reverse`.
    static void scale(long[] scores, boolean reverse) {
        long max = 0;
        for (long score : scores) {
            max = Math.max(max, score);
        }
        for (int i = 0; i < scores.length; i++) {
            long scaled = max == 0 ? 0 : SCORE_MAX * scores[i] / max;
            scores[i] = reverse ? SCORE_MAX - scaled : scaled;
        }
    }
}
