package io.j8s.scheduler.core;

/// Holds a pod back before it enters the active queue at all.
public interface PreEnqueuePlugin extends Plugin {

    /// Called when a pod is new or has changed; rejected pods wait without being tried.
    Verdict preEnqueue(PodInfo pod);
}
