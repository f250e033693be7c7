package io.j8s.scheduler.core;

import static io.j8s.controllers.runtime.Measures.Stability.ALPHA;
import static io.j8s.controllers.runtime.Measures.Stability.BETA;
import static io.j8s.controllers.runtime.Measures.Stability.STABLE;
import static io.j8s.controllers.runtime.Measures.powers;

import io.j8s.controllers.runtime.Measures;
import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Upstream's `scheduler_*` metrics that count what happens; [QueueGauges] are read when they are
/// scraped. Safe for use by many threads.
public final class SchedulerMetrics {

    private final Timers timers;
    private final Measures measures;
    private final Families families;
    private final Histogram algorithmSeconds;
    private final Histogram podAttempts;
    private final Histogram slowness;
    private final Histogram permitWaitSeconds;
    private final Histogram victims;
    private final Histogram hintSeconds;
    private final Histogram eventSeconds;
    private final Counter preemptions;
    private final Counter preemptionRuns;
    private final Counter afterFlush;
    private final Counter incomingPods;
    private final Counter incomingEntities;
    private final GaugeDataPoint bindings;
    private final Map<Hint, DistributionDataPoint> hints = new ConcurrentHashMap<>();
    private final Map<String, DistributionDataPoint> events = new ConcurrentHashMap<>();

    private record Hint(String plugin, String event, boolean isWorthATry) {}

    /// What is labelled with a profile.
    record Families(
            Counter attempts,
            Histogram attemptSeconds,
            Histogram pointSeconds,
            Histogram pluginSeconds,
            Counter evaluations) {}

    public SchedulerMetrics(PrometheusRegistry registry, Timers timers) {
        this.timers = timers;
        measures = new Measures(registry);
        families = families(measures);
        algorithmSeconds =
                measures.histogram(
                        BETA,
                        "scheduler_scheduling_algorithm_duration_seconds",
                        "Scheduling algorithm latency in seconds",
                        powers(0.001, 2, 15));
        podAttempts =
                measures.histogram(
                        STABLE,
                        "scheduler_pod_scheduling_attempts",
                        "Number of attempts to successfully schedule a pod.",
                        powers(1, 2, 5));
        slowness =
                measures.histogram(
                        BETA,
                        "scheduler_pod_scheduling_sli_duration_seconds",
                        "E2e latency for a pod being scheduled, from the time the pod enters the"
                                + " scheduling queue and might involve multiple scheduling"
                                + " attempts.",
                        powers(0.01, 2, 20),
                        "attempts");
        permitWaitSeconds =
                measures.histogram(
                        BETA,
                        "scheduler_permit_wait_duration_seconds",
                        "Duration of waiting on permit.",
                        powers(0.001, 2, 15),
                        "result");
        victims =
                measures.histogram(
                        STABLE,
                        "scheduler_preemption_victims",
                        "Number of selected preemption victims for preemption initiated by a"
                                + " single pod",
                        powers(1, 2, 7));
        hintSeconds =
                measures.histogram(
                        ALPHA,
                        "scheduler_queueing_hint_execution_duration_seconds",
                        "Duration for running a queueing hint function of a plugin.",
                        powers(0.00001, 1.5, 20),
                        "plugin",
                        "event",
                        "hint");
        eventSeconds =
                measures.histogram(
                        ALPHA,
                        "scheduler_event_handling_duration_seconds",
                        "Event handling latency in seconds.",
                        powers(0.0001, 2, 12),
                        "event");
        preemptions =
                measures.counter(
                        STABLE,
                        "scheduler_preemption_attempts_total",
                        "Total preemption attempts in the cluster till now");
        preemptionRuns =
                measures.counter(
                        ALPHA,
                        "scheduler_preemption_goroutines_execution_total",
                        "Number of preemption goroutines executed.",
                        "result");
        afterFlush =
                measures.counter(
                        ALPHA,
                        "scheduler_pod_scheduled_after_flush_total",
                        "Number of pods that were successfully scheduled after being flushed from"
                                + " unschedulableEntities due to timeout. This metric helps detect"
                                + " potential queueing hint misconfigurations or event handling"
                                + " issues.");
        incomingPods =
                measures.counter(
                        STABLE,
                        "scheduler_queue_incoming_pods_total",
                        "Number of pods added to scheduling queues by event and queue type.",
                        "queue",
                        "event");
        incomingEntities =
                measures.counter(
                        ALPHA,
                        "scheduler_queue_incoming_entities_total",
                        "Number of scheduling entities added to scheduling queues by event, queue"
                                + " type, and entity type. Entity types are either 'pod' (for"
                                + " individual pods that are not members of any podgroup) or"
                                + " 'podgroup'.",
                        "queue",
                        "event",
                        "type");
        bindings =
                measures.gauge(
                                BETA,
                                "scheduler_goroutines",
                                "Number of running goroutines split by the work they do such as"
                                        + " binding.",
                                "operation")
                        .labelValues("binding");
    }

    private static Families families(Measures measures) {
        return new Families(
                measures.counter(
                        STABLE,
                        "scheduler_schedule_attempts_total",
                        "Number of attempts to schedule pods, by the result. 'unschedulable' means"
                                + " a pod could not be scheduled, while 'error' means an internal"
                                + " scheduler problem.",
                        "result",
                        "profile"),
                measures.histogram(
                        STABLE,
                        "scheduler_scheduling_attempt_duration_seconds",
                        "Scheduling attempt latency in seconds (scheduling algorithm + binding)",
                        powers(0.001, 2, 15),
                        "result",
                        "profile"),
                measures.histogram(
                        STABLE,
                        "scheduler_framework_extension_point_duration_seconds",
                        "Latency for running all plugins of a specific extension point.",
                        powers(0.0001, 2, 12),
                        "extension_point",
                        "status",
                        "profile"),
                measures.histogram(
                        BETA,
                        "scheduler_plugin_execution_duration_seconds",
                        "Duration for running a plugin at a specific extension point.",
                        powers(0.00001, 1.5, 20),
                        "plugin",
                        "extension_point",
                        "status"),
                measures.counter(
                        BETA,
                        "scheduler_plugin_evaluation_total",
                        "Number of attempts to schedule pods by each plugin and the extension point"
                                + " (available only in PreFilter, Filter, PreScore, and Score).",
                        "plugin",
                        "extension_point",
                        "profile"));
    }

    /// Reads the queue and the cache whenever metrics are scraped.
    void watch(SchedulingQueue queue, ClusterCache cache) {
        QueueGauges.register(measures, queue, cache);
    }

    long begin() {
        return timers.nanoTime();
    }

    void entered(String part, String event) {
        // upstream: a gated pod enters the unschedulable ones
        incomingPods.labelValues(part, event).inc();
        incomingEntities.labelValues(part, event, "pod").inc();
    }

    void bound(QueuedPod pod, boolean wasFlushed) {
        podAttempts.observe(pod.attempts());
        String label = pod.attempts() >= 15 ? "15+" : Integer.toString(pod.attempts());
        slowness.labelValues(label).observe(secondsSince(pod.firstNanos()));
        if (wasFlushed) {
            afterFlush.inc();
        }
    }

    void bindingBegan() {
        bindings.inc();
    }

    void bindingEnded() {
        bindings.dec();
    }

    void waitedOnPermit(String result, long began) {
        permitWaitSeconds.labelValues(result).observe(secondsSince(began));
    }

    void algorithmEnded(long began) {
        algorithmSeconds.observe(secondsSince(began));
    }

    /// A plugin was asked whether a change matters to a pod.
    void hinted(String plugin, String event, boolean isWorthATry, long began) {
        hints.computeIfAbsent(
                        new Hint(plugin, event, isWorthATry),
                        hint ->
                                hintSeconds.labelValues(
                                        hint.plugin,
                                        hint.event,
                                        hint.isWorthATry ? "Queue" : "QueueSkip"))
                .observe(secondsSince(began));
    }

    /// A change of the cluster was taken in.
    void handled(String event, long began) {
        events.computeIfAbsent(event, eventSeconds::labelValues).observe(secondsSince(began));
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

    ProfileMetrics of(String profile) {
        return new ProfileMetrics(profile, timers, families);
    }
}
