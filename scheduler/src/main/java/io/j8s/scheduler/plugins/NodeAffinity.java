package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PreferredSchedulingTerm;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// `nodeSelector` and node affinity: required terms filter, preferred ones rank.
public final class NodeAffinity implements FilterPlugin, ScorePlugin {

    private static final Verdict OTHER =
            new Verdict.Rejected("node(s) didn't match Pod's node affinity/selector", false);

    @Override
    public String name() {
        return "NodeAffinity";
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        Map<String, String> selector =
                Optional.ofNullable(pod.spec().getNodeSelector()).orElse(Map.of());
        var required =
                affinity(pod)
                        .map(a -> a.getRequiredDuringSchedulingIgnoredDuringExecution())
                        .map(NodeSelector::getNodeSelectorTerms)
                        .orElse(null);
        if (selector.isEmpty() && required == null) {
            return Preparation.skip();
        }
        var named = required == null ? null : namedNodes(required);
        if (named != null && named.isEmpty()) {
            return new Preparation.Rejected(
                    "pod affinity terms conflict", false); // upstream: errReasonConflict
        }
        return new Preparation.Check(node -> check(node, selector, required), named);
    }

    /// Whether a node satisfies the pod's selector and required affinity.
    static boolean requiredMatches(PodInfo pod, NodeInfo node) {
        Map<String, String> selector =
                Optional.ofNullable(pod.spec().getNodeSelector()).orElse(Map.of());
        var required =
                affinity(pod)
                        .map(a -> a.getRequiredDuringSchedulingIgnoredDuringExecution())
                        .map(NodeSelector::getNodeSelectorTerms)
                        .orElse(null);
        return check(node, selector, required).fits();
    }

    private static Verdict check(
            NodeInfo node,
            Map<String, String> selector,
            @Nullable List<NodeSelectorTerm> required) {
        boolean matches =
                node.labels().entrySet().containsAll(selector.entrySet())
                        && (required == null || NodeSelectors.matchesAny(required, node));
        return matches ? Verdict.Fits.FITS : OTHER;
    }

    /// When every term names nodes, only those need be looked at (pods of daemon sets); null when
    /// some term names none.
    private static @Nullable Set<String> namedNodes(List<NodeSelectorTerm> terms) {
        var all = new HashSet<String>();
        for (NodeSelectorTerm term : terms) {
            Set<String> ofTerm = null;
            for (var rule : term.getMatchFields()) {
                if (rule.getKey().equals("metadata.name") && rule.getOperator().equals("In")) {
                    var names = new HashSet<>(rule.getValues());
                    if (ofTerm == null) {
                        ofTerm = names;
                    } else {
                        ofTerm.retainAll(names);
                    }
                }
            }
            if (ofTerm == null) {
                return null;
            }
            all.addAll(ofTerm);
        }
        return all;
    }

    @Override
    public Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot) {
        var preferred =
                affinity(pod)
                        .map(a -> a.getPreferredDuringSchedulingIgnoredDuringExecution())
                        .orElse(List.of());
        if (preferred.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new NodeScore() {
                    @Override
                    public long score(NodeInfo node) {
                        return preferred.stream()
                                .filter(term -> NodeSelectors.matches(term.getPreference(), node))
                                .mapToLong(PreferredSchedulingTerm::getWeight)
                                .sum();
                    }

                    @Override
                    public void normalize(long[] scores) {
                        ScorePlugin.scale(scores, false);
                    }
                });
    }

    private static Optional<io.fabric8.kubernetes.api.model.NodeAffinity> affinity(PodInfo pod) {
        return Optional.ofNullable(pod.spec().getAffinity()).map(Affinity::getNodeAffinity);
    }
}
