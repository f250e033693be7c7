package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import io.j8s.controllers.runtime.Meta;
import io.j8s.scheduler.core.ClusterChange;
import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PlaceCounts;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Spreads pods evenly over zones, hosts or any other label of nodes: hard constraints filter, soft
/// ones rank. Pods without constraints are spread by the default ones, if something selects them.
public final class PodTopologySpread implements FilterPlugin, ScorePlugin {

    private static final Verdict SKEWED =
            new Verdict.Rejected("node(s) didn't match pod topology spread constraints", true);
    private static final Verdict NO_LABEL =
            new Verdict.Rejected(
                    "node(s) didn't match pod topology spread constraints (missing required label)",
                    false);
    static final String HOSTNAME = "kubernetes.io/hostname";
    private static final String HARD = "DoNotSchedule";
    private static final String SOFT = "ScheduleAnyway";

    /// Finds the selector of the services and workloads that a pod belongs to.
    @FunctionalInterface
    public interface DefaultSelector {

        /// The selector, or null when nothing selects the pod.
        @Nullable LabelSelector of(PodInfo pod);
    }

    /// @param defaultConstraints for pods that have none; the system's when `isSystemDefaulted`
    public record Args(
            List<TopologySpreadConstraint> defaultConstraints, boolean isSystemDefaulted) {

        /// Upstream's `defaultingType: System`: hosts within 3, zones within 5, softly.
        public static final Args SYSTEM =
                new Args(List.of(soft(HOSTNAME, 3), soft("topology.kubernetes.io/zone", 5)), true);

        public Args {
            defaultConstraints = List.copyOf(defaultConstraints);
        }

        private static TopologySpreadConstraint soft(String key, int maxSkew) {
            return new TopologySpreadConstraintBuilder()
                    .withTopologyKey(key)
                    .withMaxSkew(maxSkew)
                    .withWhenUnsatisfiable(SOFT)
                    .build();
        }
    }

    private final Args args;
    private final DefaultSelector defaultSelector;

    public PodTopologySpread(Args args, DefaultSelector defaultSelector) {
        this.args = args;
        this.defaultSelector = defaultSelector;
    }

    @Override
    public String name() {
        return "PodTopologySpread";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(Resource.ASSIGNED_POD, Action.ADD, Action.UPDATE_POD_LABEL, Action.DELETE)
                        .when(this::isAnsweredByPod),
                WakeUp.on(Resource.TARGET_POD, Action.UPDATE_TOLERATION, Action.UPDATE_POD_LABEL)
                        .when(this::isAnsweredByItself),
                WakeUp.on(
                                Resource.NODE,
                                Action.ADD,
                                Action.DELETE,
                                Action.UPDATE_NODE_LABEL,
                                Action.UPDATE_TAINT)
                        .when(this::isAnsweredByNode));
    }

    private boolean isAnsweredByPod(PodInfo waiting, ClusterChange change) {
        var before = change.before() instanceof Pod pod ? pod : null;
        var after = change.after() instanceof Pod pod ? pod : null;
        var any = after == null ? before : after;
        if (any == null || !Meta.namespace(any).equals(waiting.namespace())) {
            return false;
        }
        var rules = rules(waiting, HARD);
        if (before != null && after != null) {
            return rules.stream()
                    .anyMatch(rule ->
                            rule.selects(Meta.labels(before)) != rule.selects(Meta.labels(after)));
        }
        return rules.stream().anyMatch(rule -> rule.selects(Meta.labels(any)));
    }

    private boolean isAnsweredByItself(PodInfo waiting, ClusterChange change) {
        if (!(change.before() instanceof Pod before) || !(change.after() instanceof Pod after)) {
            return true;
        }
        var rules = rules(waiting, HARD);
        boolean tolerates =
                !before.getSpec().getTolerations().equals(after.getSpec().getTolerations())
                        && rules.stream().anyMatch(SpreadRule::honorsTaints);
        return tolerates
                || rules.stream()
                        .anyMatch(rule ->
                                rule.selects(Meta.labels(before))
                                        != rule.selects(Meta.labels(after)));
    }

    private boolean isAnsweredByNode(PodInfo waiting, ClusterChange change) {
        var rules = rules(waiting, HARD);
        var before = change.before() instanceof Node node ? node : null;
        var after = change.after() instanceof Node node ? node : null;
        boolean was = before != null && hasAllKeys(Meta.labels(before), rules);
        boolean is = after != null && hasAllKeys(Meta.labels(after), rules);
        if (before == null || after == null) {
            return was || is;
        }
        return was != is
                || (is
                        && (change.actions().contains(Action.UPDATE_TAINT)
                                || rules.stream()
                                        .anyMatch(rule ->
                                                !Meta.labels(before)
                                                        .getOrDefault(rule.topologyKey(), "")
                                                        .equals(
                                                                Meta.labels(after)
                                                                        .get(
                                                                                rule
                                                                                        .topologyKey())))));
    }

    private static boolean hasAllKeys(Map<String, String> labels, List<SpreadRule> rules) {
        for (int i = 0; i < rules.size(); i++) {
            if (!labels.containsKey(rules.get(i).topologyKey())) {
                return false;
            }
        }
        return true;
    }

    /// The pod's own constraints, or the default ones when it has none at all.
    private List<SpreadRule> rules(PodInfo pod, String whenUnsatisfiable) {
        var own = pod.spec().getTopologySpreadConstraints();
        boolean byDefault = own.isEmpty();
        var rules = new ArrayList<SpreadRule>(2);
        for (var constraint : byDefault ? args.defaultConstraints() : own) {
            if (whenUnsatisfiable.equals(constraint.getWhenUnsatisfiable())) {
                rules.add(SpreadRule.of(constraint, pod));
            }
        }
        if (!byDefault || rules.isEmpty()) {
            return rules;
        }
        var selector = defaultSelector.of(pod);
        return selector == null
                ? List.of()
                : rules.stream().map(rule -> rule.selecting(selector)).toList();
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        var rules = rules(pod, HARD);
        if (rules.isEmpty()) {
            return Preparation.skip();
        }
        var keys = rules.stream().map(SpreadRule::topologyKey).toList();
        var checks = new ArrayList<RuleCheck>(rules.size());
        for (var rule : rules) {
            var question = SpreadQuestion.of(pod, rule, keys, false);
            checks.add(
                    RuleCheck.of(
                            rule,
                            question,
                            snapshot.count(question),
                            rule.selects(pod.labels()) ? 1 : 0));
        }
        return Preparation.check(new Check(checks));
    }

    /// One rule with its counts.
    ///
    /// @param own 1 when the pod itself would count
    /// @param least the lowest count of any place
    private record RuleCheck(
            SpreadRule rule, SpreadQuestion question, PlaceCounts counts, int own, long least) {

        static RuleCheck of(SpreadRule rule, SpreadQuestion question, PlaceCounts counts, int own) {
            boolean tooFew = counts.places(rule.topologyKey()) < rule.minDomains();
            return new RuleCheck(
                    rule, question, counts, own, tooFew ? 0 : counts.least(rule.topologyKey()));
        }

        RuleCheck changed(PodInfo other, NodeInfo node, int by) {
            var layer = counts.layer();
            question.count(other, node, by, layer);
            return of(rule, question, layer, own);
        }
    }

    private record Check(List<RuleCheck> checks) implements NodeCheck {

        @Override
        public Verdict filter(NodeInfo node) {
            for (int i = 0; i < checks.size(); i++) {
                var check = checks.get(i);
                String key = check.rule().topologyKey();
                String value = node.labels().get(key);
                if (value == null) {
                    return NO_LABEL;
                }
                long skew = check.counts().at(key, value) + check.own() - check.least();
                if (skew > check.rule().maxSkew()) {
                    return SKEWED;
                }
            }
            return Verdict.Fits.FITS;
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
            return new Check(checks.stream().map(check -> check.changed(other, node, by)).toList());
        }
    }

    @Override
    public Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot) {
        var rules = rules(pod, SOFT);
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        // by the system's default a node without a zone still counts for its host
        boolean needsAllKeys =
                !pod.spec().getTopologySpreadConstraints().isEmpty() || !args.isSystemDefaulted();
        return Optional.of(SpreadScore.of(pod, rules, needsAllKeys, nodes, snapshot));
    }
}
