package io.j8s.scheduler.core;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Finds the node for one pod in one snapshot: filters, then scores (upstream: `schedulePod`,
/// `findNodesThatFitPod`, `prioritizeNodes`, `selectHost`). Used by one thread; it remembers where
/// the last search stopped, so that all nodes get their turn.
final class Placement {

    private static final int NODES_MIN = 100; // upstream: minFeasibleNodesToFind
    private static final int PERCENT_MIN = 5; // upstream: minFeasibleNodesPercentageToFind

    private final Profile profile;
    private final RandomGenerator random;
    private int nextStart;

    Placement(Profile profile, RandomGenerator random) {
        this.profile = profile;
        this.random = random;
    }

    /// What came of a search.
    sealed interface Result {

        record Found(String node, int evaluated, int feasible) implements Result {}

        /// @param rejections why each node was turned down, by name
        /// @param byPlugins the plugins that turned nodes or the pod down
        /// @param message what `FailedScheduling` says
        record Nowhere(
                Map<String, Verdict.Rejected> rejections, Set<String> byPlugins, String message)
                implements Result {
            public Nowhere {
                byPlugins = Set.copyOf(byPlugins);
            }
        }
    }

    /// A filter's question with the name of who asks it.
    record Question(String plugin, FilterPlugin.NodeCheck check) {}

    Result find(PodInfo pod, Snapshot snapshot) {
        return find(pod, snapshot, null);
    }

    /// @param nominated a node to try first, where room was made for the pod; may be null
    Result find(PodInfo pod, Snapshot snapshot, @Nullable String nominated) {
        if (snapshot.nodes().isEmpty()) {
            return new Result.Nowhere(Map.of(), Set.of(), "no nodes available to schedule pods");
        }
        var questions = new ArrayList<Question>();
        Set<String> only = null;
        var limitedBy = new ArrayList<String>();
        for (var plugin : profile.of(FilterPlugin.class)) {
            switch (plugin.preFilter(pod, snapshot)) {
                case FilterPlugin.Preparation.Skip() -> {}
                case FilterPlugin.Preparation.Rejected(var reason, var preemptionMayHelp) -> {
                    return rejectedByAll(plugin, reason, preemptionMayHelp, snapshot);
                }
                case FilterPlugin.Preparation.Check(var check, var nodes) -> {
                    questions.add(new Question(plugin.name(), check));
                    if (nodes != null) {
                        only = only == null ? new HashSet<>(nodes) : intersect(only, nodes);
                        limitedBy.add(plugin.name());
                    }
                }
            }
        }
        if (nominated != null) {
            var node = snapshot.nodes().get(nominated);
            if (node != null && rejection(node, questions) == null) {
                return new Result.Found(nominated, 1, 1);
            }
        }
        return choose(pod, snapshot, questions, only, limitedBy);
    }

    private Result choose(
            PodInfo pod,
            Snapshot snapshot,
            List<Question> questions,
            @Nullable Set<String> only,
            List<String> limitedBy) {
        var rejections = new LinkedHashMap<String, Verdict.Rejected>();
        var byPlugins = new LinkedHashSet<String>();
        var feasible = new ArrayList<NodeInfo>();
        var all = snapshot.list();
        int wanted = nodesToFind(all.size());
        int seen = 0;
        for (; seen < all.size() && feasible.size() < wanted; seen++) {
            var node = all.get((nextStart + seen) % all.size());
            if (only != null && !only.contains(node.name())) {
                continue;
            }
            var rejection = rejection(node, questions);
            if (rejection == null) {
                feasible.add(node);
            } else {
                rejections.put(node.name(), rejection.verdict());
                byPlugins.add(rejection.plugin());
            }
        }
        nextStart = (nextStart + seen) % all.size();
        if (feasible.isEmpty()) {
            if (only != null) {
                byPlugins.addAll(limitedBy);
                all.stream()
                        .filter(node -> !rejections.containsKey(node.name()))
                        .forEach(node ->
                                rejections.put(
                                        node.name(),
                                        new Verdict.Rejected(
                                                "node(s) didn't satisfy plugin(s) "
                                                        + limitedBy.stream().sorted().toList(),
                                                false)));
            }
            return new Result.Nowhere(
                    rejections, byPlugins, message(all.size(), List.copyOf(rejections.values())));
        }
        return new Result.Found(best(pod, feasible, snapshot), seen, feasible.size());
    }

    private record Rejection(String plugin, Verdict.Rejected verdict) {}

    private static @Nullable Rejection rejection(NodeInfo node, List<Question> questions) {
        for (var question : questions) {
            if (question.check().filter(node) instanceof Verdict.Rejected rejected) {
                return new Rejection(question.plugin(), rejected);
            }
        }
        return null;
    }

    /// The questions of all filters for a pod, for preemption's dry runs; null when no node can do.
    @Nullable List<Question> questions(PodInfo pod, Snapshot snapshot) {
        var questions = new ArrayList<Question>();
        for (var plugin : profile.of(FilterPlugin.class)) {
            switch (plugin.preFilter(pod, snapshot)) {
                case FilterPlugin.Preparation.Skip() -> {}
                case FilterPlugin.Preparation.Rejected _ -> {
                    return null;
                }
                case FilterPlugin.Preparation.Check(var check, _) ->
                        questions.add(new Question(plugin.name(), check));
            }
        }
        return questions;
    }

    private static Set<String> intersect(Set<String> left, Set<String> right) {
        var both = new HashSet<>(left);
        both.retainAll(right);
        return both;
    }

    private static Result rejectedByAll(
            FilterPlugin plugin, String reason, boolean preemptionMayHelp, Snapshot snapshot) {
        var rejections = new LinkedHashMap<String, Verdict.Rejected>();
        var rejected = new Verdict.Rejected(reason, preemptionMayHelp);
        snapshot.nodes().keySet().forEach(name -> rejections.put(name, rejected));
        return new Result.Nowhere(
                rejections,
                Set.of(plugin.name()),
                "0/%d nodes are available: %s.".formatted(snapshot.nodes().size(), reason));
    }

    /// `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b}.`,
    /// reasons sorted as texts, as upstream sorts them.
    static String message(int nodes, List<Verdict.Rejected> rejections) {
        var counts = new TreeMap<String, Integer>();
        for (var rejection : rejections) {
            for (String reason : rejection.reason().lines().toList()) {
                counts.merge(reason, 1, Integer::sum);
            }
        }
        var parts =
                counts.entrySet().stream()
                        .map(e -> e.getValue() + " " + e.getKey())
                        .sorted()
                        .toList();
        return "0/%d nodes are available: %s.".formatted(nodes, String.join(", ", parts));
    }

    /// Upstream's adaptive share: from 50 % of 100 nodes down to 5 % of very many, never below 100.
    private int nodesToFind(int all) {
        int percent = profile.nodesToScorePercent();
        if (all < NODES_MIN || percent >= 100) {
            return all;
        }
        if (percent == 0) {
            percent = Math.max(PERCENT_MIN, 50 - all / 125);
        }
        return Math.max(NODES_MIN, all * percent / 100);
    }

    private String best(PodInfo pod, List<NodeInfo> feasible, Snapshot snapshot) {
        if (feasible.size() == 1) {
            return feasible.getFirst().name();
        }
        long[] totals = new long[feasible.size()];
        for (var plugin : profile.of(ScorePlugin.class)) {
            plugin.preScore(pod, feasible, snapshot)
                    .ifPresent(score -> addScores(score, profile.weight(plugin), feasible, totals));
        }
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
            ScorePlugin.NodeScore score, int weight, List<NodeInfo> nodes, long[] totals) {
        long[] scores = new long[totals.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = score.score(nodes.get(i));
        }
        score.normalize(scores);
        for (int i = 0; i < scores.length; i++) {
            totals[i] += scores[i] * weight;
        }
    }
}
