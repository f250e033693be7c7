package io.j8s.scheduler.plugins;

import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PlaceCounts;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// How well nodes spread one pod, by its soft rules (upstream: `podtopologyspread/scoring.go`).
final class SpreadScore implements ScorePlugin.NodeScore {

    private static final long NOT_SCORED = -1;

    /// @param weight rises with the number of places, so that many small ones matter too
    private record Weighed(SpreadRule rule, PlaceCounts counts, double weight) {}

    private final List<Weighed> rules;
    private final boolean needsAllKeys;

    private SpreadScore(List<Weighed> rules, boolean needsAllKeys) {
        this.rules = rules;
        this.needsAllKeys = needsAllKeys;
    }

    static SpreadScore of(
            PodInfo pod,
            List<SpreadRule> rules,
            boolean needsAllKeys,
            List<NodeInfo> nodes,
            Snapshot snapshot) {
        var keys =
                needsAllKeys
                        ? rules.stream().map(SpreadRule::topologyKey).toList()
                        : List.<String>of();
        var weighed = new ArrayList<Weighed>(rules.size());
        for (var rule : rules) {
            boolean isByNode = rule.topologyKey().equals(PodTopologySpread.HOSTNAME);
            var counts = snapshot.count(SpreadQuestion.of(pod, rule, keys, isByNode));
            int places = places(rule, keys, nodes, isByNode);
            weighed.add(new Weighed(rule, counts, Math.log(places + 2.0)));
        }
        return new SpreadScore(weighed, needsAllKeys);
    }

    private static int places(
            SpreadRule rule, List<String> keys, List<NodeInfo> nodes, boolean isByNode) {
        int count = 0;
        var values = new HashSet<String>();
        for (int i = 0; i < nodes.size(); i++) {
            var labels = nodes.get(i).labels();
            if (!labels.keySet().containsAll(keys)) {
                continue;
            }
            count++;
            if (!isByNode) {
                values.add(labels.getOrDefault(rule.topologyKey(), ""));
            }
        }
        return isByNode ? count : values.size();
    }

    @Override
    public long score(NodeInfo node) {
        if (needsAllKeys && !hasAllKeys(node)) {
            return NOT_SCORED;
        }
        double sum = 0;
        for (int i = 0; i < rules.size(); i++) {
            var weighed = rules.get(i);
            String key = weighed.rule().topologyKey();
            String value = node.labels().get(key);
            if (value != null) {
                boolean isByNode = key.equals(PodTopologySpread.HOSTNAME);
                long count = weighed.counts().at(key, isByNode ? node.name() : value);
                sum += count * weighed.weight() + (weighed.rule().maxSkew() - 1);
            }
        }
        return Math.round(sum);
    }

    private boolean hasAllKeys(NodeInfo node) {
        for (int i = 0; i < rules.size(); i++) {
            if (!node.labels().containsKey(rules.get(i).rule().topologyKey())) {
                return false;
            }
        }
        return true;
    }

    /// The emptiest place gets the highest score; nodes that lack a label get none.
    @Override
    public void normalize(long[] scores) {
        long min = Long.MAX_VALUE;
        long max = 0;
        for (long score : scores) {
            if (score != NOT_SCORED) {
                min = Math.min(min, score);
                max = Math.max(max, score);
            }
        }
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] == NOT_SCORED) {
                scores[i] = 0;
            } else {
                scores[i] =
                        max == 0
                                ? ScorePlugin.SCORE_MAX
                                : ScorePlugin.SCORE_MAX * (max + min - scores[i]) / max;
            }
        }
    }
}
