package io.j8s.scheduler.core;

import java.util.Set;

/// A pod on its way through the queue.
///
/// @param attempts how often it was tried
/// @param addedNanos when it entered the queue for the first time, by `Timers.nanoTime`
/// @param sinceNanos when it entered the part of the queue where it is now
/// @param rejectedBy names of the plugins that turned it down last
public record QueuedPod(
        PodInfo pod, int attempts, long addedNanos, long sinceNanos, Set<String> rejectedBy) {

    public QueuedPod {
        rejectedBy = Set.copyOf(rejectedBy);
    }

    QueuedPod with(PodInfo updated) {
        return new QueuedPod(updated, attempts, addedNanos, sinceNanos, rejectedBy);
    }

    QueuedPod tried(Set<String> by, long now) {
        return new QueuedPod(pod, attempts, addedNanos, now, by);
    }

    QueuedPod trying(long now) {
        return new QueuedPod(pod, attempts + 1, addedNanos, now, rejectedBy);
    }
}
