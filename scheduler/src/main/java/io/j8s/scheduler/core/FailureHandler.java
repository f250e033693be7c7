package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// What happens with a pod that could not be placed or bound: back into the queue, an event, a
/// condition (upstream: `handleSchedulingFailure`). Used by the scheduling thread and by bindings.
final class FailureHandler {

    /// @param byPlugins who turned it down; empty for an error or when there are no nodes
    /// @param isError whether something went wrong, rather than was decided
    /// @param nominated null leaves the nomination as it is, empty takes it back
    record Failure(
            Set<String> byPlugins, boolean isError, String message, @Nullable String nominated) {}

    private final Informer<Pod> pods;
    private final SchedulingQueue queue;
    private final Nominations nominations;
    private final SchedulerEvents events;
    private final PodStatusWriter statuses;

    FailureHandler(
            Informer<Pod> pods,
            SchedulingQueue queue,
            Nominations nominations,
            SchedulerEvents events,
            PodStatusWriter statuses) {
        this.pods = pods;
        this.queue = queue;
        this.nominations = nominations;
        this.events = events;
        this.statuses = statuses;
    }

    void handle(QueuedPod queued, Failure failure) {
        var uid = queued.pod().uid();
        try {
            var current = pods.get(queued.pod().key()).orElse(null);
            if (current == null
                    || !Meta.uid(current).equals(uid)
                    || !Meta.orEmpty(current.getSpec().getNodeName()).isEmpty()) {
                return; // gone, replaced, or bound after all: the answer to a binding got lost
            }
            queue.rejected(queued.with(new PodInfo(current)), failure.byPlugins());
            var nominated = failure.nominated();
            if (nominated != null) {
                nominations.put(queued.pod(), nominated);
            }
            events.failed(current, failure.message());
            statuses.tell(
                    current,
                    new PodStatusWriter.Condition(
                            "PodScheduled",
                            "False",
                            failure.isError() ? "SchedulerError" : "Unschedulable",
                            failure.message()),
                    nominated);
        } finally {
            queue.done(uid);
        }
    }
}
