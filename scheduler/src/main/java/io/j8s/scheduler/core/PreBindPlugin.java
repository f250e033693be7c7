package io.j8s.scheduler.core;

/// Work that must be done before a pod is bound, such as binding its volumes. Runs on a virtual
/// thread of the pod's own and may block.
public interface PreBindPlugin extends Plugin {

    /// Whether there is anything to do for this pod, which is reserved on its node.
    boolean isNeeded(PodInfo pod);

    /// Does it, or throws [PluginFailure].
    void preBind(PodInfo pod, String node) throws InterruptedException;
}
