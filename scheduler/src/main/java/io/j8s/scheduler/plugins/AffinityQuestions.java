package io.j8s.scheduler.plugins;

import io.j8s.scheduler.core.AffinityTerm;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PlaceCounts;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Tallies;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/// What [InterPodAffinity] counts. Two pods of one workload ask equal questions.
sealed interface AffinityQuestions extends Tallies.Question {

    /// How often pods match every one of the terms, at each term's places.
    record All(List<AffinityTerm> terms, Function<String, Map<String, String>> namespaces)
            implements AffinityQuestions {
        @Override
        public void count(PodInfo pod, NodeInfo node, int by, PlaceCounts into) {
            for (int i = 0; i < terms.size(); i++) {
                if (!terms.get(i).matches(pod, namespaces)) {
                    return; // upstream: a pod counts only if it matches every term
                }
            }
            terms.forEach(term -> into.addAt(node, term.topologyKey(), by));
        }

        @Override
        public Collection<NodeInfo> nodes(Snapshot snapshot) {
            return terms.isEmpty() ? List.of() : snapshot.nodes();
        }
    }

    /// How often pods match each of the terms.
    record Any(List<AffinityTerm> terms, Function<String, Map<String, String>> namespaces)
            implements AffinityQuestions {
        @Override
        public void count(PodInfo pod, NodeInfo node, int by, PlaceCounts into) {
            for (int i = 0; i < terms.size(); i++) {
                if (terms.get(i).matches(pod, namespaces)) {
                    into.addAt(node, terms.get(i).topologyKey(), by);
                }
            }
        }

        @Override
        public Collection<NodeInfo> nodes(Snapshot snapshot) {
            return terms.isEmpty() ? List.of() : snapshot.nodes();
        }
    }

    /// How often running pods want none like this one beside them.
    record ExistingAnti(
            String namespace,
            Map<String, String> labels,
            Function<String, Map<String, String>> namespaces)
            implements AffinityQuestions {
        @Override
        public void count(PodInfo pod, NodeInfo node, int by, PlaceCounts into) {
            var terms = pod.requiredAntiAffinity();
            for (int i = 0; i < terms.size(); i++) {
                if (terms.get(i).matches(namespace, labels, namespaces)) {
                    into.addAt(node, terms.get(i).topologyKey(), by);
                }
            }
        }

        @Override
        public Collection<NodeInfo> nodes(Snapshot snapshot) {
            return snapshot.nodesWithRequiredAntiAffinity();
        }
    }

    /// The weights of all preferences between a pod and those that run, both ways.
    record Preferences(
            String namespace,
            Map<String, String> labels,
            List<AffinityTerm> affinity,
            List<AffinityTerm> antiAffinity,
            InterPodAffinity.Args args,
            Function<String, Map<String, String>> namespaces)
            implements AffinityQuestions {

        Preferences(
                PodInfo pod,
                InterPodAffinity.Args args,
                Function<String, Map<String, String>> namespaces) {
            this(
                    pod.namespace(),
                    pod.labels(),
                    pod.preferredAffinity(),
                    pod.preferredAntiAffinity(),
                    args,
                    namespaces);
        }

        @Override
        public void count(PodInfo other, NodeInfo node, int by, PlaceCounts into) {
            own(affinity, other, node, by, into);
            own(antiAffinity, other, node, -by, into);
            if (!other.hasAffinity()) {
                return;
            }
            int hard = args.hardPodAffinityWeight();
            if (hard > 0) {
                for (AffinityTerm term : other.requiredAffinity()) {
                    if (term.matches(namespace, labels, namespaces)) {
                        into.addAt(node, term.topologyKey(), (long) by * hard);
                    }
                }
            }
            theirs(other.preferredAffinity(), node, by, into);
            theirs(other.preferredAntiAffinity(), node, -by, into);
        }

        private void own(
                List<AffinityTerm> terms, PodInfo other, NodeInfo node, int by, PlaceCounts into) {
            for (AffinityTerm term : terms) {
                if (term.matches(other, namespaces)) {
                    into.addAt(node, term.topologyKey(), (long) by * term.weight());
                }
            }
        }

        private void theirs(List<AffinityTerm> terms, NodeInfo node, int by, PlaceCounts into) {
            for (AffinityTerm term : terms) {
                if (term.matches(namespace, labels, namespaces)) {
                    into.addAt(node, term.topologyKey(), (long) by * term.weight());
                }
            }
        }

        @Override
        public Collection<NodeInfo> nodes(Snapshot snapshot) {
            boolean hasOwn = !affinity.isEmpty() || !antiAffinity.isEmpty();
            return hasOwn ? snapshot.nodes() : snapshot.nodesWithAffinity();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Preferences that
                    && namespace.equals(that.namespace)
                    && labels.equals(that.labels)
                    && affinity.equals(that.affinity)
                    && antiAffinity.equals(that.antiAffinity)
                    && args.equals(that.args);
        }

        @Override
        public int hashCode() {
            return Objects.hash(namespace, labels, affinity, antiAffinity);
        }
    }
}
