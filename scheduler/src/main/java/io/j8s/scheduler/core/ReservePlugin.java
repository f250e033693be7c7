package io.j8s.scheduler.core;

/// Sets something aside for a pod that is about to be bound, and gives it back if that fails.
public interface ReservePlugin extends Plugin {

    Verdict reserve(PodInfo pod, String node);

    /// Idempotent; also called when another plugin's reserve failed.
    void unreserve(PodInfo pod, String node);
}
