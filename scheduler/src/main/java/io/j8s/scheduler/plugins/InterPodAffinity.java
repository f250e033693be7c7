package io.j8s.scheduler.plugins;

import io.j8s.scheduler.core.AffinityTerm;
import io.j8s.scheduler.core.ClusterChange;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Affinity and anti-affinity between pods, in both directions: what the pod asks of those that
/// run, and what those that run ask of it.
///
/// The work is done once a cycle: pods that match are counted by place (a topology key's value), so
/// that a node is judged by a few look-ups.
public final class InterPodAffinity implements FilterPlugin, ScorePlugin {

    private static final Verdict AFFINITY =
            new Verdict.Rejected("node(s) didn't match pod affinity rules", false);
    private static final Verdict ANTI_AFFINITY =
            new Verdict.Rejected("node(s) didn't match pod anti-affinity rules", true);
    private static final Verdict EXISTING_ANTI_AFFINITY =
            new Verdict.Rejected("node(s) didn't satisfy existing pods anti-affinity rules", true);

    private final int hardAffinityWeight;
    private final boolean ignorePreferredOfExisting;

    /// @param hardAffinityWeight what a required affinity of a running pod counts for the score
    ///   (0–100)
    public InterPodAffinity(int hardAffinityWeight, boolean ignorePreferredOfExisting) {
        this.hardAffinityWeight = hardAffinityWeight;
        this.ignorePreferredOfExisting = ignorePreferredOfExisting;
    }

    @Override
    public String name() {
        return "InterPodAffinity";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(ClusterChange.Type.POD_ADDED),
                WakeUp.on(ClusterChange.Type.POD_UPDATED),
                WakeUp.onPodDeletion(),
                WakeUp.on(ClusterChange.Type.NAMESPACE),
                WakeUp.onAnyNodeChange());
    }

    /// A topology key with one of its values.
    private record Place(String key, String value) {}

    /// How many pods matter at each place.
    private static final class Counts {
        private final Map<Place, Integer> counts = new HashMap<>();

        void add(NodeInfo node, String topologyKey, int by) {
            String value = node.labels().get(topologyKey);
            if (value != null) {
                counts.merge(new Place(topologyKey, value), by, Integer::sum);
            }
        }

        int at(NodeInfo node, String topologyKey) {
            String value = node.labels().get(topologyKey);
            return value == null ? 0 : counts.getOrDefault(new Place(topologyKey, value), 0);
        }

        boolean isEmpty() {
            return counts.values().stream().noneMatch(count -> count > 0);
        }

        Counts copy() {
            var copy = new Counts();
            copy.counts.putAll(counts);
            return copy;
        }
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        var check = new Check(pod, snapshot.namespaceLabels());
        boolean wantsPods =
                !pod.requiredAffinity().isEmpty() || !pod.requiredAntiAffinity().isEmpty();
        for (NodeInfo node : snapshot.nodes().values()) {
            if (wantsPods) {
                node.pods().forEach(each -> check.count(each, node, 1));
            } else if (node.hasPodsWithRequiredAntiAffinity()) {
                node.pods().forEach(each -> check.countExisting(each, node, 1));
            }
        }
        return !wantsPods && check.existingAnti.isEmpty()
                ? Preparation.skip()
                : Preparation.check(check);
    }

    /// The counts of one cycle. Never changed once nodes are asked; preemption works on copies.
    private static final class Check implements NodeCheck {
        private final PodInfo pod;
        private final Function<String, Map<String, String>> namespaces;
        private final Counts affinity;
        private final Counts antiAffinity;
        private final Counts existingAnti;

        Check(PodInfo pod, Function<String, Map<String, String>> namespaces) {
            this(pod, namespaces, new Counts(), new Counts(), new Counts());
        }

        private Check(
                PodInfo pod,
                Function<String, Map<String, String>> namespaces,
                Counts affinity,
                Counts antiAffinity,
                Counts existingAnti) {
            this.pod = pod;
            this.namespaces = namespaces;
            this.affinity = affinity;
            this.antiAffinity = antiAffinity;
            this.existingAnti = existingAnti;
        }

        void count(PodInfo other, NodeInfo node, int by) {
            countExisting(other, node, by);
            // upstream: a pod counts for affinity only if it matches every term
            if (!pod.requiredAffinity().isEmpty() && matchesAll(other)) {
                pod.requiredAffinity().forEach(term -> affinity.add(node, term.topologyKey(), by));
            }
            for (AffinityTerm term : pod.requiredAntiAffinity()) {
                if (term.matches(other, namespaces)) {
                    antiAffinity.add(node, term.topologyKey(), by);
                }
            }
        }

        void countExisting(PodInfo other, NodeInfo node, int by) {
            for (AffinityTerm term : other.requiredAntiAffinity()) {
                if (term.matches(pod, namespaces)) {
                    existingAnti.add(node, term.topologyKey(), by);
                }
            }
        }

        private boolean matchesAll(PodInfo other) {
            return pod.requiredAffinity().stream()
                    .allMatch(term -> term.matches(other, namespaces));
        }

        @Override
        public Verdict filter(NodeInfo node) {
            if (!affinityHolds(node)) {
                return AFFINITY;
            }
            for (AffinityTerm term : pod.requiredAntiAffinity()) {
                if (antiAffinity.at(node, term.topologyKey()) > 0) {
                    return ANTI_AFFINITY;
                }
            }
            return clashesWithExisting(node) ? EXISTING_ANTI_AFFINITY : Verdict.Fits.FITS;
        }

        private boolean affinityHolds(NodeInfo node) {
            var terms = pod.requiredAffinity();
            boolean everyTermHasPods = true;
            for (AffinityTerm term : terms) {
                if (!node.labels().containsKey(term.topologyKey())) {
                    return false;
                }
                everyTermHasPods &= affinity.at(node, term.topologyKey()) > 0;
            }
            // the first of a group of pods that want to be together may go anywhere
            return everyTermHasPods || (affinity.isEmpty() && matchesAll(pod));
        }

        private boolean clashesWithExisting(NodeInfo node) {
            for (var entry : existingAnti.counts.entrySet()) {
                var place = entry.getKey();
                if (entry.getValue() > 0 && place.value().equals(node.labels().get(place.key()))) {
                    return true;
                }
            }
            return false;
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
            var copy =
                    new Check(
                            pod,
                            namespaces,
                            affinity.copy(),
                            antiAffinity.copy(),
                            existingAnti.copy());
            copy.count(other, node, by);
            return copy;
        }
    }

    @Override
    public Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot) {
        boolean hasPreferences =
                !pod.preferredAffinity().isEmpty() || !pod.preferredAntiAffinity().isEmpty();
        if (!hasPreferences && ignorePreferredOfExisting) {
            return Optional.empty();
        }
        var sums = new Counts();
        for (NodeInfo node : snapshot.nodes().values()) {
            if (hasPreferences || node.hasPodsWithAffinity()) {
                for (PodInfo other : node.pods()) {
                    weigh(pod, other, node, snapshot.namespaceLabels(), sums);
                }
            }
        }
        return sums.counts.isEmpty() ? Optional.empty() : Optional.of(new Score(sums));
    }

    private void weigh(
            PodInfo pod,
            PodInfo other,
            NodeInfo node,
            Function<String, Map<String, String>> namespaces,
            Counts sums) {
        add(pod.preferredAffinity(), other, node, namespaces, sums, 1);
        add(pod.preferredAntiAffinity(), other, node, namespaces, sums, -1);
        if (!other.hasAffinity()) {
            return;
        }
        if (hardAffinityWeight > 0) {
            for (AffinityTerm term : other.requiredAffinity()) {
                if (term.matches(pod, namespaces)) {
                    sums.add(node, term.topologyKey(), hardAffinityWeight);
                }
            }
        }
        if (!ignorePreferredOfExisting) {
            add(other.preferredAffinity(), pod, node, namespaces, sums, 1);
            add(other.preferredAntiAffinity(), pod, node, namespaces, sums, -1);
        }
    }

    private static void add(
            List<AffinityTerm> terms,
            PodInfo pod,
            NodeInfo node,
            Function<String, Map<String, String>> namespaces,
            Counts sums,
            int sign) {
        for (AffinityTerm term : terms) {
            if (term.matches(pod, namespaces)) {
                sums.add(node, term.topologyKey(), sign * term.weight());
            }
        }
    }

    /// Sums of weights by place, spread over the whole range of scores.
    private record Score(Counts sums) implements NodeScore {

        @Override
        public long score(NodeInfo node) {
            long sum = 0;
            for (var entry : sums.counts.entrySet()) {
                var place = entry.getKey();
                @Nullable String value = node.labels().get(place.key());
                if (place.value().equals(value)) {
                    sum += entry.getValue();
                }
            }
            return sum;
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
