package io.j8s.scheduler.core;

/// Tells the API on which node a pod runs. Runs on a virtual thread of the pod's own and may block.
public interface BindPlugin extends Plugin {

    /// Binds the pod, or throws [PluginFailure].
    ///
    /// @return false to leave it to the next plugin
    boolean bind(PodInfo pod, String node);
}
