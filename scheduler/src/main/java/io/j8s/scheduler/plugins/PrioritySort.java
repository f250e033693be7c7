package io.j8s.scheduler.plugins;

import io.j8s.scheduler.core.QueueSortPlugin;
import io.j8s.scheduler.core.QueuedPod;

import java.util.Comparator;

/// The order of the active queue: higher priority first, then whoever came into the queue first.
public final class PrioritySort implements QueueSortPlugin {

    private static final Comparator<QueuedPod> ORDER =
            Comparator.comparing(
                            (QueuedPod queued) -> queued.pod().priority(),
                            Comparator.reverseOrder())
                    .thenComparingLong(QueuedPod::sinceNanos);

    @Override
    public String name() {
        return "PrioritySort";
    }

    @Override
    public Comparator<QueuedPod> order() {
        return ORDER;
    }
}
