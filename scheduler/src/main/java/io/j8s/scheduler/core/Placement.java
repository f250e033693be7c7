package io.j8s.scheduler.core;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// Finds the node for one pod in one snapshot: filters, then scores (upstream: `schedulePod`,
/// `findNodesThatFitPod`, `prioritizeNodes`, `selectHost`). Used by one thread; it remembers where
/// the last search stopped, so that all nodes get their turn.
final class Placement {

    private static final int NODES_MIN = 100; // upstream: minFeasibleNodesToFind
    private static final int PERCENT_MIN = 5; // upstream: minFeasibleNodesPercentageToFind

    private final Profile profile;
    private final Nominations nominations;
    private final int nodesToScorePercent;
    private final RandomGenerator random;
    private final SchedulerMetrics.OfProfile metrics;
    private Filters.@Nullable Rejection[] rejections = new Filters.Rejection[0];
    private int nextStart;

    /// @param nodesToScorePercent where the profile has none of its own
    Placement(
            Profile profile,
            Nominations nominations,
            int nodesToScorePercent,
            RandomGenerator random,
            SchedulerMetrics.OfProfile metrics) {
        this.profile = profile;
        this.nominations = nominations;
        Integer own = profile.nodesToScorePercent();
        this.nodesToScorePercent = own == null ? nodesToScorePercent : own;
        this.random = random;
        this.metrics = metrics;
    }

    /// What came of a search.
    sealed interface Result {

        record Found(String node, int evaluated, int feasible) implements Result {}

        /// @param rejections why each node was turned down, by name
        /// @param byPlugins the plugins that turned nodes or the pod down
        /// @param message what `FailedScheduling` says
        /// @param filters for preemption's dry runs; null when there is nothing to try
        record Nowhere(
                Map<String, Verdict.Rejected> rejections,
                Set<String> byPlugins,
                String message,
                @Nullable Filters filters)
                implements Result {
            public Nowhere {
                byPlugins = Set.copyOf(byPlugins);
            }
        }
    }

    /// @param only the nodes that can do by name, and the plugins that said so; null for no limit
    private record Prepared(Filters filters, @Nullable Set<String> only, Set<String> limitedBy) {}

    Result find(PodInfo pod, Snapshot snapshot) {
        if (snapshot.size() == 0) {
            return new Result.Nowhere(
                    Map.of(), Set.of(), "no nodes available to schedule pods", null);
        }
        long began = metrics.begin();
        var questions = new ArrayList<Filters.Question>();
        Set<String> only = null;
        var limitedBy = new TreeSet<String>();
        for (var plugin : profile.filters(ExtensionPoint.PRE_FILTER)) {
            switch (prepare(plugin, pod, snapshot)) {
                case FilterPlugin.Preparation.Skip() -> {}
                case FilterPlugin.Preparation.Rejected(var reason, var preemptionMayHelp) -> {
                    metrics.end(ExtensionPoint.PRE_FILTER, "Unschedulable", began);
                    return rejectedByAll(plugin, reason, preemptionMayHelp, snapshot);
                }
                case FilterPlugin.Preparation.Check(var check, var nodes) -> {
                    if (profile.isAskedOfNodes(plugin)) {
                        questions.add(new Filters.Question(plugin.name(), check));
                    }
                    if (nodes != null) {
                        only = only == null ? new HashSet<>(nodes) : intersect(only, nodes);
                        limitedBy.add(plugin.name());
                    }
                }
            }
        }
        metrics.end(ExtensionPoint.PRE_FILTER, "Success", began);
        var filters = new Filters(pod, questions, nominations);
        var nominated = nominations.nodeOf(pod.uid());
        if (nominated != null) {
            var node = snapshot.node(nominated);
            if (node.isPresent() && filters.rejection(node.get()) == null) {
                return new Result.Found(nominated, 1, 1);
            }
        }
        return choose(pod, snapshot, new Prepared(filters, only, limitedBy));
    }

    private static FilterPlugin.Preparation prepare(
            FilterPlugin plugin, PodInfo pod, Snapshot snapshot) {
        try {
            return plugin.preFilter(pod, snapshot);
        } catch (PluginFailure failure) {
            throw new PluginFailure(
                    "running PreFilter plugin \"%s\": %s".formatted(plugin.name(), failure.text()));
        }
    }

    private Result choose(PodInfo pod, Snapshot snapshot, Prepared prepared) {
        int all = snapshot.size();
        if (rejections.length < all) {
            rejections = new Filters.Rejection[all];
        }
        var only = prepared.only();
        long began = metrics.begin();
        var feasible = new ArrayList<NodeInfo>();
        int seen = 0;
        if (only == null) {
            int wanted = nodesToFind(all);
            for (; seen < all && feasible.size() < wanted; seen++) {
                int position = nextStart + seen < all ? nextStart + seen : nextStart + seen - all;
                var node = snapshot.at(position);
                var rejection = prepared.filters().rejection(node);
                rejections[position] = rejection;
                if (rejection == null) {
                    feasible.add(node);
                }
            }
        } else {
            for (String name : only) {
                int position = snapshot.position(name);
                if (position >= 0) {
                    seen++;
                    var rejection = prepared.filters().rejection(snapshot.at(position));
                    rejections[position] = rejection;
                    if (rejection == null) {
                        feasible.add(snapshot.at(position));
                    }
                }
            }
        }
        nextStart = (nextStart + seen) % all;
        metrics.end(ExtensionPoint.FILTER, feasible.isEmpty() ? "Unschedulable" : "Success", began);
        return feasible.isEmpty()
                ? nowhere(snapshot, prepared)
                : new Result.Found(best(pod, feasible, snapshot), seen, feasible.size());
    }

    private Result nowhere(Snapshot snapshot, Prepared prepared) {
        var byNode = new LinkedHashMap<String, Verdict.Rejected>();
        var byPlugins = new LinkedHashSet<>(prepared.limitedBy());
        var only = prepared.only();
        var others =
                new Verdict.Rejected(
                        "node(s) didn't satisfy plugin(s) [%s]"
                                .formatted(String.join(" ", prepared.limitedBy())),
                        false);
        for (int i = 0; i < snapshot.size(); i++) {
            String name = snapshot.at(i).name();
            var rejection = only == null || only.contains(name) ? rejections[i] : null;
            byNode.put(name, rejection == null ? others : rejection.verdict());
            if (rejection != null) {
                byPlugins.add(rejection.plugin());
            }
        }
        return new Result.Nowhere(
                byNode,
                byPlugins,
                FitFailure.message(snapshot.size(), byNode.values()),
                prepared.filters());
    }

    private static Set<String> intersect(Set<String> left, Set<String> right) {
        var both = new HashSet<>(left);
        both.retainAll(right);
        return both;
    }

    private Result rejectedByAll(
            FilterPlugin plugin, String reason, boolean preemptionMayHelp, Snapshot snapshot) {
        var byNode = new LinkedHashMap<String, Verdict.Rejected>();
        var rejected = new Verdict.Rejected(reason, preemptionMayHelp);
        snapshot.nodes().forEach(node -> byNode.put(node.name(), rejected));
        return new Result.Nowhere(
                byNode, Set.of(plugin.name()), FitFailure.message(snapshot.size(), reason), null);
    }

    /// Upstream's adaptive share: from 50 % of 100 nodes down to 5 % of very many, never below 100.
    private int nodesToFind(int all) {
        if (profile.score().isEmpty()) {
            return 1;
        }
        if (all < NODES_MIN) {
            return all;
        }
        int percent = nodesToScorePercent;
        if (percent == 0) {
            percent = Math.max(PERCENT_MIN, 50 - all / 125);
        }
        return Math.max(NODES_MIN, (int) ((long) all * percent / 100));
    }

    private String best(PodInfo pod, List<NodeInfo> feasible, Snapshot snapshot) {
        if (feasible.size() == 1) {
            return feasible.getFirst().name();
        }
        long began = metrics.begin();
        long[] totals = new long[feasible.size()];
        long[] scores = new long[feasible.size()];
        for (var plugin : profile.score()) {
            var score = plugin.preScore(pod, feasible, snapshot);
            if (score.isPresent()) {
                addScores(score.get(), profile.weight(plugin), feasible, scores, totals);
            }
        }
        metrics.end(ExtensionPoint.SCORE, "Success", began);
        long highest = Long.MIN_VALUE;
        int chosen = 0;
        int ties = 0;
        for (int i = 0; i < totals.length; i++) {
            if (totals[i] > highest) {
                highest = totals[i];
                chosen = i;
                ties = 1;
            } else if (totals[i] == highest && random.nextInt(++ties) == 0) {
                chosen = i; // reservoir: every best node is equally likely
            }
        }
        return feasible.get(chosen).name();
    }

    private static void addScores(
            ScorePlugin.NodeScore score,
            int weight,
            List<NodeInfo> nodes,
            long[] scores,
            long[] totals) {
        for (int i = 0; i < scores.length; i++) {
            scores[i] = score.score(nodes.get(i));
        }
        score.normalize(scores);
        for (int i = 0; i < scores.length; i++) {
            totals[i] += scores[i] * weight;
        }
    }
}
