package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PreferredSchedulingTerm;
import io.j8s.scheduler.core.ClusterChange;
import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// `nodeSelector` and node affinity: required terms filter, preferred ones rank. A profile may add
/// an affinity of its own for all its pods.
public final class NodeAffinity implements FilterPlugin, ScorePlugin {

    private static final Verdict OTHER =
            new Verdict.Rejected("node(s) didn't match Pod's node affinity/selector", false);
    private static final Verdict NOT_OURS =
            new Verdict.Rejected("node(s) didn't match scheduler-enforced node affinity", false);

    /// `NodeAffinityArgs.addedAffinity`.
    ///
    /// @param required null for none
    public record Args(
            @Nullable List<NodeSelectorTerm> required, List<PreferredSchedulingTerm> preferred) {

        public static final Args NONE = new Args(null, List.of());
    }

    private final Args added;

    public NodeAffinity(Args added) {
        this.added = added;
    }

    @Override
    public String name() {
        return "NodeAffinity";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(Resource.NODE, Action.ADD, Action.UPDATE_NODE_LABEL)
                        .when(this::isAnswered));
    }

    private boolean isAnswered(PodInfo waiting, ClusterChange change) {
        var affinity = RequiredNodeAffinity.of(waiting);
        if (!(change.after() instanceof Node after)) {
            return false;
        }
        var is = NodeInfo.empty(after);
        boolean was =
                change.before() instanceof Node before && affinity.matches(NodeInfo.empty(before));
        return isAllowedByProfile(is) && affinity.matches(is) && !was;
    }

    private boolean isAllowedByProfile(NodeInfo node) {
        return added.required() == null
                || NodeSelectors.matchesAny(added.required(), node.name(), node.labels());
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        var affinity = RequiredNodeAffinity.of(pod);
        if (affinity.asksForNothing() && added.required() == null) {
            return Preparation.skip();
        }
        var named = affinity.terms() == null ? null : namedNodes(affinity.terms());
        if (named != null && named.isEmpty()) {
            return new Preparation.Rejected(
                    "pod affinity terms conflict", false); // upstream: errReasonConflict
        }
        return new Preparation.Check(node -> check(node, affinity), named);
    }

    private Verdict check(NodeInfo node, RequiredNodeAffinity affinity) {
        if (!isAllowedByProfile(node)) {
            return NOT_OURS;
        }
        return affinity.matches(node) ? Verdict.Fits.FITS : OTHER;
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
        return terms.isEmpty() ? null : all;
    }

    @Override
    public Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot) {
        var own =
                Optional.ofNullable(pod.spec().getAffinity())
                        .map(Affinity::getNodeAffinity)
                        .map(a -> a.getPreferredDuringSchedulingIgnoredDuringExecution())
                        .orElse(List.of());
        if (own.isEmpty() && added.preferred().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Score(own, added.preferred()));
    }

    private record Score(List<PreferredSchedulingTerm> own, List<PreferredSchedulingTerm> added)
            implements NodeScore {
        @Override
        public long score(NodeInfo node) {
            return sum(own, node) + sum(added, node);
        }

        private static long sum(List<PreferredSchedulingTerm> terms, NodeInfo node) {
            long sum = 0;
            for (var term : terms) {
                boolean counts =
                        term.getWeight() != null
                                && NodeSelectors.matches(
                                        term.getPreference(), node.name(), node.labels());
                sum += counts ? term.getWeight() : 0;
            }
            return sum;
        }

        @Override
        public void normalize(long[] scores) {
            ScorePlugin.scale(scores, false);
        }
    }
}
