package io.j8s.scheduler.core;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/// Counts of pods by place, kept up to date with every change of the snapshot instead of being
/// taken anew for each pod: pods of one workload ask the same question again and again.
///
/// A question is a value: equal questions share their counts. The least recently asked are dropped
/// beyond [#QUESTIONS_MAX]. Used by the scheduling thread only.
public final class Tallies {

    private static final int QUESTIONS_MAX = 64;

    /// What is counted. Equal ones must count alike.
    public interface Question {

        /// Adds what a pod on a node is worth, `by` times: -1 takes it away again.
        void count(PodInfo pod, NodeInfo node, int by, PlaceCounts into);

        /// Which nodes can have pods that count.
        default Collection<NodeInfo> nodes(Snapshot snapshot) {
            return snapshot.nodes();
        }

        /// Notes a node itself, for questions in which an empty place counts too.
        default void countNode(NodeInfo node, PlaceCounts into) {}
    }

    private final Map<Question, PlaceCounts> answers =
            new LinkedHashMap<>(QUESTIONS_MAX * 2, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Question, PlaceCounts> eldest) {
                    return size() > QUESTIONS_MAX;
                }
            };

    /// The counts as they stand now; the caller must not change them.
    PlaceCounts ask(Question question, Snapshot snapshot) {
        var known = answers.get(question);
        if (known != null) {
            return known;
        }
        var counts = new PlaceCounts();
        for (NodeInfo node : question.nodes(snapshot)) {
            question.countNode(node, counts);
            for (PodInfo pod : node.pods()) {
                question.count(pod, node, 1, counts);
            }
        }
        answers.put(question, counts);
        return counts;
    }

    void changed(PodInfo pod, NodeInfo node, int by) {
        answers.forEach((question, counts) -> question.count(pod, node, by, counts));
    }

    /// Nodes or namespaces changed so that nothing can be said of the counts any more.
    void forget() {
        answers.clear();
    }
}
