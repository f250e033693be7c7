package io.j8s.scheduler.core;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// Decides on which nodes a pod can run. Upstream's PreFilter and Filter are one here: looking at
/// the pod gives the check that is then asked of each node, so a cycle's state needs no casts.
public interface FilterPlugin extends Plugin {

    /// Whether upstream's plugin has a PreFilter of its own, which metrics tell apart.
    default boolean hasPreFilter() {
        return true;
    }

    /// Looks at a pod once a cycle.
    Preparation preFilter(PodInfo pod, Snapshot snapshot);

    /// What came of looking at the pod.
    sealed interface Preparation {

        /// The plugin has nothing to say of this pod.
        record Skip() implements Preparation {}

        /// No node can do.
        record Rejected(String reason, boolean preemptionMayHelp) implements Preparation {}

        /// Each node is to be asked.
        ///
        /// @param nodes the only nodes that can do, by name; null for no limit
        record Check(NodeCheck check, @Nullable Set<String> nodes) implements Preparation {}

        static Preparation skip() {
            return new Skip();
        }

        static Preparation check(NodeCheck check) {
            return new Check(check, null);
        }
    }

    /// The question asked of each node, for one pod in one cycle.
    @FunctionalInterface
    interface NodeCheck {

        Verdict filter(NodeInfo node);

        /// Preemption tries a node without some pods, and with nominated ones: the check that sees
        /// them. Checks that look at one node alone need not override these.
        default NodeCheck with(PodInfo added, NodeInfo node) {
            return this;
        }

        /// As [#with], for a pod taken away.
        default NodeCheck without(PodInfo removed, NodeInfo node) {
            return this;
        }
    }
}
