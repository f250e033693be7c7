package io.j8s.scheduler.core;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Asked when a pod fits nowhere: may make room.
public interface PostFilterPlugin extends Plugin {

    /// Tries to make room.
    ///
    /// @param rejections why each node was turned down
    Outcome postFilter(PodInfo pod, Snapshot snapshot, Rejections rejections, Fit fit);

    /// What came of it.
    ///
    /// @param isSuccess whether room is being made
    /// @param node what the pod is nominated to from now on; empty takes a nomination back, null
    ///   leaves it as it is
    /// @param message goes to the end of the pod's condition; empty for nothing to say
    record Outcome(boolean isSuccess, @Nullable String node, String message) {

        public static final Outcome NOTHING = new Outcome(false, null, "");
    }

    /// Asks the profile's filters again, on changed copies of nodes.
    interface Fit {

        /// Whether the pod fits a node as it is given, without the pods `removed` from it.
        Verdict check(NodeInfo node, List<PodInfo> removed);
    }
}
