package io.j8s.scheduler.plugins;

import io.j8s.scheduler.core.QueuedPod;

import java.util.Comparator;

/// The order of the active queue: higher priority first, then whoever came first.
public final class PrioritySort implements Comparator<QueuedPod> {

    @Override
    public int compare(QueuedPod left, QueuedPod right) {
        int byPriority = Integer.compare(right.pod().priority(), left.pod().priority());
        return byPriority != 0 ? byPriority : Long.compare(left.addedNanos(), right.addedNanos());
    }
}
