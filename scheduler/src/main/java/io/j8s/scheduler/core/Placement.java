package io.j8s.scheduler.core;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Finds the node for one pod in one snapshot: filters, then scores (upstream: `schedulePod`,
/// `findNodesThatFitPod`, `prioritizeNodes`, `selectHost`). Used by one thread; it remembers where
/// the last search stopped, so that all nodes get their turn.
final class Placement {

    private static final int NODES_MIN = 100; // upstream: minFeasibleNodesToFind
    private static final int PERCENT_MIN = 5; // upstream: minFeasibleNodesPercentageToFind
    // of a sampled cycle: timing a plugin costs as much as many plugins take
    private static final int NODES_TIMED_MAX = 16;

    private final Profile profile;
    private final Nominations nominations;
    private final int nodesToScorePercent;
    private final RandomGenerator random;
    private final ProfileMetrics metrics;
    private Filters.@Nullable Rejection[] rejections = new Filters.Rejection[0];
    private int nextStart;

    /// @param nodesToScorePercent where the profile has none of its own
    Placement(
            Profile profile,
            Nominations nominations,
            int nodesToScorePercent,
            RandomGenerator random,
            ProfileMetrics metrics) {
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

        /// @param rejections why each node was turned down
        /// @param byPlugins the plugins that turned nodes or the pod down
        /// @param message what `FailedScheduling` says
        /// @param filters for preemption's dry runs; null when there is nothing to try
        /// @param unprepared the plugins that did not come to look at the pod, as another one had
        ///   turned it down before
        record Nowhere(
                Rejections rejections,
                Set<String> byPlugins,
                String message,
                @Nullable Filters filters,
                Set<String> unprepared)
                implements Result {
            public Nowhere {
                byPlugins = Set.copyOf(byPlugins);
                unprepared = Set.copyOf(unprepared);
            }
        }
    }

    /// @param only the nodes that can do by name, and the plugins that said so; null for no limit
    /// @param isSampled whether each plugin is timed in this cycle
    private record Prepared(
            Filters filters,
            @Nullable Set<String> only,
            Set<String> limitedBy,
            boolean isSampled) {}

    private record Ranking(ScorePlugin plugin, ScorePlugin.NodeScore score) {}

    Result find(PodInfo pod, Snapshot snapshot) {
        if (snapshot.size() == 0) {
            return new Result.Nowhere(
                    Rejections.of(snapshot, new Verdict.Rejected[0]),
                    Set.of(),
                    "no nodes available to schedule pods",
                    null,
                    Set.of());
        }
        long began = metrics.begin();
        var questions = new ArrayList<Filters.Question>();
        Set<String> only = null;
        var limitedBy = new TreeSet<String>();
        boolean isSampled = metrics.isSampled();
        for (var plugin : profile.filters(ExtensionPoint.PRE_FILTER)) {
            switch (prepare(plugin, pod, snapshot, isSampled)) {
                case FilterPlugin.Preparation.Skip() -> {}
                case FilterPlugin.Preparation.Rejected(var reason, var preemptionMayHelp) -> {
                    metrics.end(
                            ExtensionPoint.PRE_FILTER,
                            ProfileMetrics.code(preemptionMayHelp),
                            began);
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
        metrics.end(ExtensionPoint.PRE_FILTER, ProfileMetrics.SUCCESS, began);
        var filters =
                new Filters(pod, questions, nominations, metrics, isSampled ? NODES_TIMED_MAX : 0);
        var nominated = nominations.nodeOf(pod.uid());
        if (nominated != null) {
            var node = snapshot.node(nominated);
            boolean fits = node.isPresent() && filters.rejection(node.get()) == null;
            filters.tell();
            if (fits) {
                return new Result.Found(nominated, 1, 1);
            }
        }
        return choose(pod, snapshot, new Prepared(filters, only, limitedBy, isSampled));
    }

    private FilterPlugin.Preparation prepare(
            FilterPlugin plugin, PodInfo pod, Snapshot snapshot, boolean isSampled) {
        boolean hasOwn = plugin.hasPreFilter();
        metrics.evaluated(ExtensionPoint.PRE_FILTER, plugin.name(), hasOwn ? 1 : 0);
        long began = isSampled ? metrics.begin() : 0;
        try {
            var prepared = plugin.preFilter(pod, snapshot);
            if (isSampled && hasOwn) {
                metrics.ran(plugin, ExtensionPoint.PRE_FILTER.label(), code(prepared), began);
            }
            return prepared;
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
        nextStart %= all; // nodes may have gone since the last search
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
        // upstream: whatever the nodes said
        metrics.end(ExtensionPoint.FILTER, ProfileMetrics.SUCCESS, began);
        prepared.filters().tell();
        return feasible.isEmpty()
                ? nowhere(snapshot, prepared)
                : new Result.Found(
                        best(pod, feasible, snapshot, prepared.isSampled()), seen, feasible.size());
    }

    private Result nowhere(Snapshot snapshot, Prepared prepared) {
        var byNode = new Verdict.Rejected[snapshot.size()];
        var byPlugins = new LinkedHashSet<>(prepared.limitedBy());
        var only = prepared.only();
        var others =
                new Verdict.Rejected(
                        "node(s) didn't satisfy plugin(s) [%s]"
                                .formatted(String.join(" ", prepared.limitedBy())),
                        false);
        for (int i = 0; i < byNode.length; i++) {
            boolean wasAsked = only == null || only.contains(snapshot.at(i).name());
            var rejection = wasAsked ? rejections[i] : null;
            byNode[i] = rejection == null ? others : rejection.verdict();
            if (rejection != null) {
                byPlugins.add(rejection.plugin());
            }
        }
        var all = Rejections.of(snapshot, byNode);
        return new Result.Nowhere(
                all,
                byPlugins,
                FitFailure.message(snapshot.size(), all.all()),
                prepared.filters(),
                Set.of());
    }

    private static Set<String> intersect(Set<String> left, Set<String> right) {
        var both = new HashSet<>(left);
        both.retainAll(right);
        return both;
    }

    private Result rejectedByAll(
            FilterPlugin plugin, String reason, boolean preemptionMayHelp, Snapshot snapshot) {
        return new Result.Nowhere(
                Rejections.same(snapshot, new Verdict.Rejected(reason, preemptionMayHelp)),
                Set.of(plugin.name()),
                FitFailure.message(snapshot.size(), reason),
                null,
                after(plugin));
    }

    private Set<String> after(FilterPlugin last) {
        return profile.filters(ExtensionPoint.PRE_FILTER).stream()
                .dropWhile(plugin -> !plugin.equals(last))
                .skip(1)
                .map(FilterPlugin::name)
                .collect(Collectors.toSet());
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

    private static String code(FilterPlugin.Preparation prepared) {
        return switch (prepared) {
            case FilterPlugin.Preparation.Skip _ -> "Skip";
            case FilterPlugin.Preparation.Check _ -> ProfileMetrics.SUCCESS;
            case FilterPlugin.Preparation.Rejected(_, var preemptionMayHelp) ->
                    ProfileMetrics.code(preemptionMayHelp);
        };
    }

    private String best(
            PodInfo pod, List<NodeInfo> feasible, Snapshot snapshot, boolean isSampled) {
        if (feasible.size() == 1) {
            return feasible.getFirst().name();
        }
        var rankings = prepareScores(pod, feasible, snapshot, isSampled);
        long began = metrics.begin();
        long[] totals = new long[feasible.size()];
        long[] scores = new long[feasible.size()];
        for (var ranking : rankings) {
            addScores(ranking, feasible, scores, totals, isSampled);
        }
        metrics.end(ExtensionPoint.SCORE, ProfileMetrics.SUCCESS, began);
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

    private List<Ranking> prepareScores(
            PodInfo pod, List<NodeInfo> feasible, Snapshot snapshot, boolean isSampled) {
        long allBegan = metrics.begin();
        var rankings = new ArrayList<Ranking>();
        for (var plugin : profile.score()) {
            boolean hasOwn = plugin.hasPreScore();
            metrics.evaluated(ExtensionPoint.PRE_SCORE, plugin.name(), hasOwn ? 1 : 0);
            long began = isSampled ? metrics.begin() : 0;
            var score = plugin.preScore(pod, feasible, snapshot);
            if (isSampled && hasOwn) {
                var code = score.isPresent() ? ProfileMetrics.SUCCESS : "Skip";
                metrics.ran(plugin, ExtensionPoint.PRE_SCORE.label(), code, began);
            }
            score.ifPresent(ranking -> rankings.add(new Ranking(plugin, ranking)));
        }
        metrics.end(ExtensionPoint.PRE_SCORE, ProfileMetrics.SUCCESS, allBegan);
        return rankings;
    }

    private void addScores(
            Ranking ranking,
            List<NodeInfo> nodes,
            long[] scores,
            long[] totals,
            boolean isSampled) {
        var point = ExtensionPoint.SCORE;
        int timed = isSampled ? NODES_TIMED_MAX : 0;
        for (int i = 0; i < scores.length; i++) {
            if (i < timed) {
                long began = metrics.begin();
                scores[i] = ranking.score().score(nodes.get(i));
                metrics.ran(ranking.plugin(), point.label(), ProfileMetrics.SUCCESS, began);
            } else {
                scores[i] = ranking.score().score(nodes.get(i));
            }
        }
        metrics.evaluated(point, ranking.plugin().name(), scores.length);
        ranking.score().normalize(scores);
        int weight = profile.weight(ranking.plugin());
        for (int i = 0; i < scores.length; i++) {
            totals[i] += scores[i] * weight;
        }
    }
}
