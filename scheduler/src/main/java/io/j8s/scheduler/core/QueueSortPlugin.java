package io.j8s.scheduler.core;

import java.util.Comparator;

/// Decides which of the pods that are ready comes first. All profiles share one queue, so all have
/// the same.
public interface QueueSortPlugin extends Plugin {

    Comparator<QueuedPod> order();
}
