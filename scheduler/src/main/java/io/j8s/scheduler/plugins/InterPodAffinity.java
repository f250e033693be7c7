package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Meta;
import io.j8s.scheduler.core.AffinityTerm;
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

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Affinity and anti-affinity between pods, in both directions: what the pod asks of those that
/// run, and what those that run ask of it.
///
/// Pods that match are counted by place (a topology key's value), and the counts are kept from pod
/// to pod, so that a node is judged by a few look-ups.
public final class InterPodAffinity implements FilterPlugin, ScorePlugin {

    private static final Verdict AFFINITY =
            new Verdict.Rejected("node(s) didn't match pod affinity rules", false);
    private static final Verdict ANTI_AFFINITY =
            new Verdict.Rejected("node(s) didn't match pod anti-affinity rules", true);
    private static final Verdict EXISTING_ANTI_AFFINITY =
            new Verdict.Rejected("node(s) didn't satisfy existing pods anti-affinity rules", true);

    private final Args args;
    private final Function<String, Map<String, String>> namespaceLabels;

    /// @param hardPodAffinityWeight what a required affinity of a running pod counts for the score
    ///   (0–100)
    public record Args(int hardPodAffinityWeight, boolean ignorePreferredTermsOfExistingPods) {

        public static final Args STANDARD = new Args(1, false);
    }

    /// @param namespaceLabels labels of a namespace by its name
    public InterPodAffinity(Args args, Function<String, Map<String, String>> namespaceLabels) {
        this.args = args;
        this.namespaceLabels = namespaceLabels;
    }

    @Override
    public String name() {
        return "InterPodAffinity";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(Resource.ASSIGNED_POD, Action.ADD, Action.UPDATE_POD_LABEL, Action.DELETE)
                        .when(this::isAnsweredByPod),
                WakeUp.on(Resource.TARGET_POD, Action.UPDATE_POD_LABEL),
                WakeUp.on(Resource.NODE, Action.ADD, Action.UPDATE_NODE_LABEL)
                        .when(InterPodAffinity::isAnsweredByNode));
    }

    private boolean isAnsweredByPod(PodInfo waiting, ClusterChange change) {
        var before = change.before() instanceof Pod pod ? new PodInfo(pod) : null;
        var after = change.after() instanceof Pod pod ? new PodInfo(pod) : null;
        var terms = waiting.requiredAffinity();
        var antiTerms = waiting.requiredAntiAffinity();
        if (before != null && after != null) {
            return (!matchesAll(terms, before) && matchesAll(terms, after))
                    || (matchesAny(antiTerms, before) && !matchesAny(antiTerms, after));
        }
        if (after != null) {
            return matchesAll(terms, after);
        }
        return before != null
                && (matchesAny(antiTerms, before)
                        || matchesAny(before.requiredAntiAffinity(), waiting));
    }

    private static boolean isAnsweredByNode(PodInfo waiting, ClusterChange change) {
        if (!(change.after() instanceof Node after)) {
            return false;
        }
        if (!(change.before() instanceof Node before)) {
            return !waiting.requiredAntiAffinity().isEmpty()
                    || waiting.requiredAffinity().stream()
                            .anyMatch(term -> Meta.labels(after).containsKey(term.topologyKey()));
        }
        return waiting.requiredAffinity().stream()
                        .anyMatch(term -> moved(term, before, after, true))
                || waiting.requiredAntiAffinity().stream()
                        .anyMatch(term -> moved(term, before, after, false));
    }

    /// Whether a node came to another place, or to a place at all, or left one.
    private static boolean moved(AffinityTerm term, Node before, Node after, boolean mayAppear) {
        String was = Meta.labels(before).get(term.topologyKey());
        String is = Meta.labels(after).get(term.topologyKey());
        if (was == null) {
            return mayAppear && is != null;
        }
        return is == null ? !mayAppear : !was.equals(is);
    }

    private boolean matchesAll(List<AffinityTerm> terms, PodInfo pod) {
        return !terms.isEmpty()
                && terms.stream().allMatch(term -> term.matches(pod, namespaceLabels));
    }

    private boolean matchesAny(List<AffinityTerm> terms, PodInfo pod) {
        return terms.stream().anyMatch(term -> term.matches(pod, namespaceLabels));
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        var existing =
                new AffinityQuestions.ExistingAnti(pod.namespace(), pod.labels(), namespaceLabels);
        boolean wantsPods =
                !pod.requiredAffinity().isEmpty() || !pod.requiredAntiAffinity().isEmpty();
        if (!wantsPods && snapshot.nodesWithRequiredAntiAffinity().isEmpty()) {
            return Preparation.skip();
        }
        var clashes = snapshot.count(existing);
        if (!wantsPods && clashes.isZero()) {
            return Preparation.skip();
        }
        var affinity = new AffinityQuestions.All(pod.requiredAffinity(), namespaceLabels);
        var anti = new AffinityQuestions.Any(pod.requiredAntiAffinity(), namespaceLabels);
        return Preparation.check(
                new Check(
                        pod,
                        matchesAll(pod.requiredAffinity(), pod),
                        new Counted(affinity, snapshot.count(affinity)),
                        new Counted(anti, snapshot.count(anti)),
                        new Counted(existing, clashes)));
    }

    /// What was asked and what came of it, so that "what if" can go on counting.
    private record Counted(AffinityQuestions question, PlaceCounts counts) {
        Counted with(PodInfo pod, NodeInfo node, int by) {
            var layer = counts.layer();
            question.count(pod, node, by, layer);
            return new Counted(question, layer);
        }
    }

    private record Check(
            PodInfo pod, boolean matchesItself, Counted affinity, Counted anti, Counted existing)
            implements NodeCheck {

        @Override
        public Verdict filter(NodeInfo node) {
            if (!affinityHolds(node)) {
                return AFFINITY;
            }
            var antiTerms = pod.requiredAntiAffinity();
            for (int i = 0; i < antiTerms.size(); i++) {
                if (anti.counts().at(node, antiTerms.get(i).topologyKey()) > 0) {
                    return ANTI_AFFINITY;
                }
            }
            return existing.counts().isPositiveAt(node)
                    ? EXISTING_ANTI_AFFINITY
                    : Verdict.Fits.FITS;
        }

        private boolean affinityHolds(NodeInfo node) {
            var terms = pod.requiredAffinity();
            boolean everyTermHasPods = true;
            for (int i = 0; i < terms.size(); i++) {
                String key = terms.get(i).topologyKey();
                if (!node.labels().containsKey(key)) {
                    return false;
                }
                everyTermHasPods &= affinity.counts().at(node, key) > 0;
            }
            // the first of a group of pods that want to be together may go anywhere
            return everyTermHasPods || (affinity.counts().isZero() && matchesItself);
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
            return new Check(
                    pod,
                    matchesItself,
                    affinity.with(other, node, by),
                    anti.with(other, node, by),
                    existing.with(other, node, by));
        }
    }

    @Override
    public Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot) {
        boolean hasPreferences =
                !pod.preferredAffinity().isEmpty() || !pod.preferredAntiAffinity().isEmpty();
        if (!hasPreferences
                && (args.ignorePreferredTermsOfExistingPods()
                        || snapshot.nodesWithAffinity().isEmpty())) {
            return Optional.empty();
        }
        var sums = snapshot.count(new AffinityQuestions.Preferences(pod, args, namespaceLabels));
        return sums.isZero() ? Optional.empty() : Optional.of(new Score(sums));
    }

    /// Sums of weights by place, spread over the whole range of scores.
    private record Score(PlaceCounts sums) implements NodeScore {

        @Override
        public long score(NodeInfo node) {
            return sums.sumAt(node);
        }

        @Override
        public void normalize(long[] scores) {
            long min = Long.MAX_VALUE;
            long max = Long.MIN_VALUE;
            for (long score : scores) {
                min = Math.min(min, score);
                max = Math.max(max, score);
            }
            long range = max - min;
            for (int i = 0; i < scores.length; i++) {
                scores[i] =
                        range <= 0 ? 0 : (long) (SCORE_MAX * ((double) (scores[i] - min) / range));
            }
        }
    }
}
