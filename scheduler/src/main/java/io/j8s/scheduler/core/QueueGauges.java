package io.j8s.scheduler.core;

import static io.j8s.controllers.runtime.Measures.Stability.ALPHA;
import static io.j8s.controllers.runtime.Measures.Stability.BETA;
import static io.j8s.controllers.runtime.Measures.Stability.STABLE;

import io.j8s.controllers.runtime.Measures;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The scheduler's metrics of what waits and what is known, read when they are scraped.
final class QueueGauges {

    private static final String UNSCHEDULABLE_ENTITIES =
            "'unschedulable' means number of %1$s in unschedulableEntities that the scheduler"
                + " attempted to schedule and failed; 'gated' is the number of unschedulable %1$s"
                + " that the scheduler never attempted to schedule because they are gated";

    private QueueGauges() {}

    static void register(Measures measures, SchedulingQueue queue, ClusterCache cache) {
        pendingPods(measures, queue);
        measures.gauge(
                ALPHA,
                "scheduler_queued_entities",
                "Number of queued scheduling entities ('pod' or 'podgroup'; 'pod' stands for"
                        + " individual pods that are not members of any podgroup) by the queue"
                        + " type. 'active' means number of entities in activeQ; 'backoff' means"
                        + " number of entities in backoffQ; "
                        + UNSCHEDULABLE_ENTITIES.formatted("entities")
                        + ".",
                List.of("queue", "type"),
                () ->
                        Map.of(
                                List.of("active", "pod"), (double) queue.activeCount(),
                                List.of("backoff", "pod"), (double) queue.backoffCount(),
                                List.of("unschedulable", "pod"),
                                        (double) queue.unschedulableCount(),
                                List.of("gated", "pod"), (double) queue.gatedCount()));
        measures.gauge(
                BETA,
                "scheduler_unschedulable_pods",
                "The number of unschedulable pods broken down by plugin name. A pod will increment"
                        + " the gauge for all plugins that caused it to not schedule and so this"
                        + " metric have meaning only when broken down by plugin.",
                List.of("plugin", "profile"),
                () -> unschedulable(queue));
        measures.gauge(
                ALPHA,
                "scheduler_inflight_events",
                "Number of events currently tracked in the scheduling queue.",
                List.of("event"),
                () -> {
                    var told = new HashMap<List<String>, Double>();
                    queue.inflight().forEach((label, count) -> told.put(List.of(label), count));
                    return told;
                });
        measures.gauge(
                ALPHA,
                "scheduler_cache_size",
                "Number of nodes, pods, and assumed (bound) pods in the scheduler cache.",
                List.of("type"),
                () ->
                        Map.of(
                                List.of("nodes"), (double) cache.nodeCount(),
                                List.of("pods"), (double) cache.podCount(),
                                List.of("assumed_pods"), (double) cache.assumedCount()));
    }

    private static void pendingPods(Measures measures, SchedulingQueue queue) {
        measures.gauge(
                STABLE,
                "scheduler_pending_pods",
                "Number of pending pods, by the queue type. 'active' means number of pods in"
                        + " activeQ; 'backoff' means number of pods in backoffQ; "
                        + UNSCHEDULABLE_ENTITIES.formatted("pods")
                        + "; 'incomplete' means number of pods in incompletePodGroupPods; 'pending'"
                        + " means number of pods in pendingPodGroupPods.",
                List.of("queue"),
                () ->
                        Map.of(
                                List.of("active"), (double) queue.activeCount(),
                                List.of("backoff"), (double) queue.backoffCount(),
                                List.of("unschedulable"), (double) queue.unschedulableCount(),
                                List.of("gated"), (double) queue.gatedCount(),
                                // upstream tells them with GenericWorkload off, too
                                List.of("incomplete"), 0.0,
                                List.of("pending"), 0.0));
    }

    private static Map<List<String>, Double> unschedulable(SchedulingQueue queue) {
        var counts = new HashMap<List<String>, Double>();
        for (var queued : queue.waiting()) {
            var profile = queued.pod().spec().getSchedulerName();
            queued.rejectedBy()
                    .forEach(plugin -> counts.merge(List.of(plugin, profile), 1.0, Double::sum));
        }
        return counts;
    }
}
