package io.j8s.scheduler.core;

import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Upstream's `scheduler_*` metrics, those of the queue and of each profile. Gauges are read when
/// they are scraped. Safe for use by many threads.
public final class SchedulerMetrics {

    private final Timers timers;
    private final Counter attempts;
    private final Histogram attemptSeconds;
    private final Histogram algorithmSeconds;
    private final Histogram extensionPointSeconds;
    private final Histogram podAttempts;
    private final Histogram slowness;
    private final Histogram permitWaitSeconds;
    private final Histogram victims;
    private final Counter preemptions;
    private final Counter preemptionRuns;
    private final Counter incomingPods;
    private final PrometheusRegistry registry;

    public SchedulerMetrics(PrometheusRegistry registry, Timers timers) {
        this.registry = registry;
        this.timers = timers;
        attempts =
                counter(
                        "schedule_attempts_total",
                        "Number of attempts to schedule pods, by the result. 'unschedulable' means"
                                + " a pod could not be scheduled, while 'error' means an internal"
                                + " scheduler problem.",
                        "result",
                        "profile");
        attemptSeconds =
                histogram(
                        "scheduling_attempt_duration_seconds",
                        "Scheduling attempt latency in seconds (scheduling algorithm + binding)",
                        powers(0.001, 2, 15),
                        "result",
                        "profile");
        algorithmSeconds =
                histogram(
                        "scheduling_algorithm_duration_seconds",
                        "Scheduling algorithm latency in seconds",
                        powers(0.001, 2, 15));
        extensionPointSeconds =
                histogram(
                        "framework_extension_point_duration_seconds",
                        "Latency for running all plugins of a specific extension point.",
                        powers(0.0001, 2, 12),
                        "extension_point",
                        "status",
                        "profile");
        podAttempts =
                histogram(
                        "pod_scheduling_attempts",
                        "Number of attempts to successfully schedule a pod.",
                        powers(1, 2, 5));
        slowness =
                histogram(
                        "pod_scheduling_sli_duration_seconds",
                        "E2e latency for a pod being scheduled, from the time the pod enters the"
                                + " scheduling queue and might involve multiple scheduling"
                                + " attempts.",
                        powers(0.01, 2, 20),
                        "attempts");
        permitWaitSeconds =
                histogram(
                        "permit_wait_duration_seconds",
                        "Duration of waiting on permit.",
                        powers(0.001, 2, 15),
                        "result");
        victims =
                histogram(
                        "preemption_victims",
                        "Number of selected preemption victims for preemption initiated by a"
                                + " single pod",
                        powers(1, 2, 7));
        preemptions =
                counter(
                        "preemption_attempts_total",
                        "Total preemption attempts in the cluster till now");
        preemptionRuns =
                counter(
                        "preemption_goroutines_execution_total",
                        "Number of preemption goroutines executed.",
                        "result");
        incomingPods =
                counter(
                        "queue_incoming_pods_total",
                        "Number of pods added to scheduling queues by event and queue type.",
                        "queue",
                        "event");
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder()
                .name("scheduler_" + name)
                .help(help)
                .labelNames(labels)
                .register(registry);
    }

    private Histogram histogram(String name, String help, double[] bounds, String... labels) {
        return Histogram.builder()
                .name("scheduler_" + name)
                .help(help)
                .labelNames(labels)
                .classicOnly()
                .classicUpperBounds(bounds)
                .register(registry);
    }

    private static double[] powers(double first, double factor, int count) {
        var bounds = new double[count];
        double next = first;
        for (int i = 0; i < count; i++) {
            bounds[i] = next;
            next *= factor;
        }
        return bounds;
    }

    /// Reads the queue and the cache whenever metrics are scraped.
    void watch(SchedulingQueue queue, ClusterCache cache) {
        gauge(
                "pending_pods",
                "Number of pending pods, by the queue type. 'active' means number of pods in"
                        + " activeQ; 'backoff' means number of pods in backoffQ; 'unschedulable'"
                        + " means number of pods in unschedulableEntities that the scheduler"
                        + " attempted to schedule and failed; 'gated' is the number of"
                        + " unschedulable pods that the scheduler never attempted to schedule"
                        + " because they are gated.",
                List.of("queue"),
                () ->
                        Map.of(
                                List.of("active"), queue.activeCount(),
                                List.of("backoff"), queue.backoffCount(),
                                List.of("unschedulable"), queue.unschedulableCount(),
                                List.of("gated"), queue.gatedCount()));
        gauge(
                "unschedulable_pods",
                "The number of unschedulable pods broken down by plugin name. A pod will increment"
                        + " the gauge for all plugins that caused it to not schedule and so this"
                        + " metric have meaning only when broken down by plugin.",
                List.of("plugin", "profile"),
                () -> {
                    var counts = new HashMap<List<String>, Integer>();
                    for (var queued : queue.waiting()) {
                        var profile = queued.pod().spec().getSchedulerName();
                        queued.rejectedBy()
                                .forEach(plugin ->
                                        counts.merge(List.of(plugin, profile), 1, Integer::sum));
                    }
                    return counts;
                });
        gauge(
                "cache_size",
                "Number of nodes, pods, and assumed (bound) pods in the scheduler cache.",
                List.of("type"),
                () ->
                        Map.of(
                                List.of("nodes"), cache.nodeCount(),
                                List.of("pods"), cache.podCount(),
                                List.of("assumed_pods"), cache.assumedCount()));
    }

    private void gauge(
            String name,
            String help,
            List<String> labels,
            Supplier<Map<List<String>, Integer>> values) {
        GaugeWithCallback.builder()
                .name("scheduler_" + name)
                .help(help)
                .labelNames(labels.toArray(String[]::new))
                .callback(callback ->
                        values.get()
                                .forEach((label, value) ->
                                        callback.call(value, label.toArray(String[]::new))))
                .register(registry);
    }

    void entered(String part, String event) {
        incomingPods.labelValues(part, event).inc();
    }

    void bound(QueuedPod pod) {
        podAttempts.observe(pod.attempts());
        String label = pod.attempts() >= 15 ? "15+" : Integer.toString(pod.attempts());
        slowness.labelValues(label).observe(secondsSince(pod.firstNanos()));
    }

    void waitedOnPermit(String result, long began) {
        permitWaitSeconds.labelValues(result).observe(secondsSince(began));
    }

    void algorithmEnded(long began) {
        algorithmSeconds.observe(secondsSince(began));
    }

    /// A pod asked for room.
    public void preemptionTried() {
        preemptions.inc();
    }

    public void preempted(int pods) {
        victims.observe(pods);
    }

    /// The victims of one preemption were removed, or not.
    public void preemptionEnded(boolean isSuccess) {
        preemptionRuns.labelValues(isSuccess ? "success" : "error").inc();
    }

    private double secondsSince(long began) {
        return (timers.nanoTime() - began) / 1e9;
    }

    OfProfile of(String profile) {
        return new OfProfile(profile);
    }

    /// What is labelled with a profile. Data points are looked up once.
    final class OfProfile {
        private final String profile;
        private final Map<String, CounterDataPoint> attemptsBy = new ConcurrentHashMap<>();
        private final Map<String, DistributionDataPoint> secondsBy = new ConcurrentHashMap<>();
        private final Map<ExtensionPoint, Map<String, DistributionDataPoint>> points =
                new EnumMap<>(ExtensionPoint.class);

        private OfProfile(String profile) {
            this.profile = profile;
            for (var point : ExtensionPoint.values()) {
                points.put(point, new ConcurrentHashMap<>());
            }
        }

        long begin() {
            return timers.nanoTime();
        }

        void end(ExtensionPoint point, String status, long began) {
            var byStatus = points.get(point);
            if (byStatus != null) {
                byStatus.computeIfAbsent(
                                status,
                                s -> extensionPointSeconds.labelValues(point.label(), s, profile))
                        .observe(secondsSince(began));
            }
        }

        /// @param result `scheduled`, `unschedulable` or `error`
        void attempted(String result, long began) {
            attemptsBy.computeIfAbsent(result, r -> attempts.labelValues(r, profile)).inc();
            secondsBy
                    .computeIfAbsent(result, r -> attemptSeconds.labelValues(r, profile))
                    .observe(secondsSince(began));
        }
    }
}
