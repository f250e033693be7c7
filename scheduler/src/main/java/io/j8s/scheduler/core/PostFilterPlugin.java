package io.j8s.scheduler.core;

import java.util.Map;
import java.util.Optional;

/// Asked when a pod fits nowhere: may make room.
public interface PostFilterPlugin extends Plugin {

    /// Tries to make room.
    ///
    /// @param rejections why each node was turned down
    /// @return the node that the pod is nominated to, if room is being made
    Optional<String> postFilter(
            PodInfo pod, Snapshot snapshot, Map<String, Verdict.Rejected> rejections, Fit fit)
            throws InterruptedException;

    /// Asks the profile's filters again, on changed copies of nodes.
    interface Fit {

        /// Whether the pod fits a node as it is given, without the pods `removed` from it.
        Verdict check(NodeInfo node, java.util.List<PodInfo> removed);
    }
}
