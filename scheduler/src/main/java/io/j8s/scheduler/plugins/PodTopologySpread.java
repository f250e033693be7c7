package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.scheduler.core.ClusterChange;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Spreads pods evenly over zones, hosts or any other label of nodes: hard constraints filter, soft
/// ones rank. Pods without constraints are spread softly by the defaults of upstream's
/// `defaultingType: System`, if something selects them.
public final class PodTopologySpread implements FilterPlugin, ScorePlugin {

    private static final Verdict SKEWED =
            new Verdict.Rejected("node(s) didn't match pod topology spread constraints", true);
    private static final Verdict NO_LABEL =
            new Verdict.Rejected(
                    "node(s) didn't match pod topology spread constraints (missing required label)",
                    false);
    private static final String HOSTNAME = "kubernetes.io/hostname";

    /// Finds the selector of the services and workloads that a pod belongs to.
    @FunctionalInterface
    public interface DefaultSelector {

        /// The selector, or null when nothing selects the pod.
        @Nullable LabelSelector of(PodInfo pod);
    }

    private final DefaultSelector defaultSelector;

    public PodTopologySpread(DefaultSelector defaultSelector) {
        this.defaultSelector = defaultSelector;
    }

    @Override
    public String name() {
        return "PodTopologySpread";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(ClusterChange.Type.POD_ADDED),
                WakeUp.on(ClusterChange.Type.POD_UPDATED),
                WakeUp.onPodDeletion(),
                WakeUp.onAnyNodeChange());
    }

    /// A constraint of a pod, ready to count with.
    private record Rule(
            String topologyKey,
            int maxSkew,
            @Nullable Integer minDomains,
            LabelSelector selector,
            boolean honorsAffinity,
            boolean honorsTaints) {

        static Rule of(TopologySpreadConstraint constraint, PodInfo pod) {
            return new Rule(
                    constraint.getTopologyKey(),
                    constraint.getMaxSkew(),
                    constraint.getMinDomains(),
                    withLabelKeys(constraint, pod),
                    !"Ignore".equals(constraint.getNodeAffinityPolicy()),
                    "Honor".equals(constraint.getNodeTaintsPolicy()));
        }

        private static LabelSelector withLabelKeys(
                TopologySpreadConstraint constraint, PodInfo pod) {
            var selector = constraint.getLabelSelector();
            if (selector == null) {
                return NOTHING;
            }
            var builder = new LabelSelectorBuilder(selector);
            for (String key : constraint.getMatchLabelKeys()) {
                String value = pod.labels().get(key);
                if (value != null) {
                    builder.addToMatchExpressions(
                            new LabelSelectorRequirement(key, "In", List.of(value)));
                }
            }
            return builder.build();
        }

        boolean counts(PodInfo other, String namespace) {
            return !other.isTerminating()
                    && other.namespace().equals(namespace)
                    && LabelSelectors.matches(selector, other.labels());
        }

        int countOn(NodeInfo node, String namespace) {
            int count = 0;
            for (PodInfo other : node.pods()) {
                if (counts(other, namespace)) {
                    count++;
                }
            }
            return count;
        }
    }

    /// Matches no pod: a constraint without a selector.
    private static final LabelSelector NOTHING =
            new LabelSelectorBuilder()
                    .addToMatchExpressions(
                            new LabelSelectorRequirement("j8s.io/nothing", "In", List.of("-")))
                    .build();

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        var rules = rules(pod, "DoNotSchedule");
        if (rules.isEmpty()) {
            return Preparation.skip();
        }
        var counts = new ArrayList<Map<String, Integer>>();
        rules.forEach(_ -> counts.add(new HashMap<>()));
        for (NodeInfo node : snapshot.nodes().values()) {
            if (!hasAllKeys(node, rules)) {
                continue;
            }
            for (int i = 0; i < rules.size(); i++) {
                var rule = rules.get(i);
                if (isEligible(pod, node, rule)) {
                    counts.get(i)
                            .merge(
                                    value(node, rule),
                                    rule.countOn(node, pod.namespace()),
                                    Integer::sum);
                }
            }
        }
        return Preparation.check(new Check(pod, rules, counts));
    }

    private record Check(PodInfo pod, List<Rule> rules, List<Map<String, Integer>> counts)
            implements NodeCheck {

        @Override
        public Verdict filter(NodeInfo node) {
            for (int i = 0; i < rules.size(); i++) {
                var rule = rules.get(i);
                String value = node.labels().get(rule.topologyKey());
                if (value == null) {
                    return NO_LABEL;
                }
                var byValue = counts.get(i);
                int own = LabelSelectors.matches(rule.selector(), pod.labels()) ? 1 : 0;
                int skew = byValue.getOrDefault(value, 0) + own - least(byValue, rule);
                if (skew > rule.maxSkew()) {
                    return SKEWED;
                }
            }
            return Verdict.Fits.FITS;
        }

        /// The lowest count; 0 as long as there are fewer places than `minDomains`.
        private static int least(Map<String, Integer> byValue, Rule rule) {
            Integer domains = rule.minDomains();
            if (domains != null && byValue.size() < domains) {
                return 0;
            }
            return byValue.values().stream().mapToInt(Integer::intValue).min().orElse(0);
        }

        @Override
        public NodeCheck with(PodInfo added, NodeInfo node) {
            return changed(added, node, 1);
        }

        @Override
        public NodeCheck without(PodInfo removed, NodeInfo node) {
            return changed(removed, node, -1);
        }

        private NodeCheck changed(PodInfo other, NodeInfo node, int by) {
            if (!hasAllKeys(node, rules)) {
                return this;
            }
            var copies = new ArrayList<Map<String, Integer>>();
            for (int i = 0; i < rules.size(); i++) {
                var copy = new HashMap<>(counts.get(i));
                var rule = rules.get(i);
                if (rule.counts(other, pod.namespace()) && isEligible(pod, node, rule)) {
                    copy.merge(value(node, rule), by, Integer::sum);
                }
                copies.add(copy);
            }
            return new Check(pod, rules, copies);
        }
    }

    private static boolean hasAllKeys(NodeInfo node, List<Rule> rules) {
        return rules.stream().allMatch(rule -> node.labels().containsKey(rule.topologyKey()));
    }

    private static String value(NodeInfo node, Rule rule) {
        return node.labels().getOrDefault(rule.topologyKey(), "");
    }

    /// Whether a node's pods count: by default only nodes that the pod's node affinity allows.
    private static boolean isEligible(PodInfo pod, NodeInfo node, Rule rule) {
        if (rule.honorsAffinity() && !NodeAffinity.requiredMatches(pod, node)) {
            return false;
        }
        return !rule.honorsTaints()
                || node.taints().stream()
                        .filter(taint -> !"PreferNoSchedule".equals(taint.getEffect()))
                        .allMatch(
                                taint -> Tolerations.tolerate(pod.spec().getTolerations(), taint));
    }

    private static List<Rule> rules(PodInfo pod, String whenUnsatisfiable) {
        return pod.spec().getTopologySpreadConstraints().stream()
                .filter(c -> c.getWhenUnsatisfiable().equals(whenUnsatisfiable))
                .map(constraint -> Rule.of(constraint, pod))
                .toList();
    }

    /// Upstream's system defaults: zones within 5, hosts within 3, softly.
    private List<Rule> defaultRules(PodInfo pod) {
        if (!pod.spec().getTopologySpreadConstraints().isEmpty()) {
            return List.of();
        }
        var selector = defaultSelector.of(pod);
        return selector == null
                ? List.of()
                : List.of(
                        new Rule(HOSTNAME, 3, null, selector, true, false),
                        new Rule("topology.kubernetes.io/zone", 5, null, selector, true, false));
    }

    @Override
    public Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot) {
        var own = rules(pod, "ScheduleAnyway");
        boolean byDefault = own.isEmpty();
        var rules = byDefault ? defaultRules(pod) : own;
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        // by default a node without a zone still counts for its host
        var scored = new ArrayList<Boolean>();
        nodes.forEach(node -> scored.add(byDefault || hasAllKeys(node, rules)));
        var counts = new ArrayList<Map<String, Integer>>();
        var weights = new double[rules.size()];
        for (int i = 0; i < rules.size(); i++) {
            counts.add(counts(pod, rules.get(i), nodes, scored, snapshot));
            weights[i] = Math.log(counts.get(i).size() + 2.0);
        }
        return Optional.of(new Score(rules, counts, weights, nodes, scored));
    }

    private static Map<String, Integer> counts(
            PodInfo pod, Rule rule, List<NodeInfo> nodes, List<Boolean> scored, Snapshot all) {
        var byValue = new HashMap<String, Integer>();
        for (int i = 0; i < nodes.size(); i++) {
            String value = nodes.get(i).labels().get(rule.topologyKey());
            if (value != null && scored.get(i)) {
                byValue.put(value, 0);
            }
        }
        for (NodeInfo node : all.nodes().values()) {
            String value = node.labels().get(rule.topologyKey());
            if (value != null && byValue.containsKey(value) && isEligible(pod, node, rule)) {
                byValue.merge(value, rule.countOn(node, pod.namespace()), Integer::sum);
            }
        }
        return byValue;
    }

    private static final class Score implements NodeScore {
        private static final long NOT_SCORED = -1;

        private final List<Rule> rules;
        private final List<Map<String, Integer>> counts;
        private final double[] weights;
        private final Map<String, Boolean> scored = new HashMap<>();

        Score(
                List<Rule> rules,
                List<Map<String, Integer>> counts,
                double[] weights,
                List<NodeInfo> nodes,
                List<Boolean> isScored) {
            this.rules = rules;
            this.counts = counts;
            this.weights = weights;
            for (int i = 0; i < nodes.size(); i++) {
                scored.put(nodes.get(i).name(), isScored.get(i));
            }
        }

        @Override
        public long score(NodeInfo node) {
            if (!scored.getOrDefault(node.name(), false)) {
                return NOT_SCORED;
            }
            double sum = 0;
            for (int i = 0; i < rules.size(); i++) {
                String value = node.labels().get(rules.get(i).topologyKey());
                if (value != null) {
                    int count = counts.get(i).getOrDefault(value, 0);
                    sum += count * weights[i] + (rules.get(i).maxSkew() - 1);
                }
            }
            return Math.round(sum);
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
                    scores[i] = max == 0 ? SCORE_MAX : SCORE_MAX * (max + min - scores[i]) / max;
                }
            }
        }
    }
}
