package io.j8s.controllers.runtime;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/// Upstream's `workqueue_*` metrics, labelled by queue. What changes by itself is read when it is
/// scraped, so an idle process computes nothing.
public final class QueueMetrics {

    private final Map<String, IntSupplier> depths = new ConcurrentHashMap<>();
    private final Counter adds;
    private final Counter retries;
    private final Histogram waits;
    private final Histogram works;

    public QueueMetrics(PrometheusRegistry registry) {
        adds =
                Counter.builder()
                        .name("workqueue_adds_total")
                        .help("Total number of adds handled by workqueue")
                        .labelNames("name")
                        .register(registry);
        retries =
                Counter.builder()
                        .name("workqueue_retries_total")
                        .help("Total number of retries handled by workqueue")
                        .labelNames("name")
                        .register(registry);
        waits =
                histogram(
                        registry,
                        "workqueue_queue_duration_seconds",
                        "How long in seconds an item stays in workqueue before being requested.");
        works =
                histogram(
                        registry,
                        "workqueue_work_duration_seconds",
                        "How long in seconds processing an item from workqueue takes.");
        GaugeWithCallback.builder()
                .name("workqueue_depth")
                .help("Current depth of workqueue")
                .labelNames("name")
                .callback(callback ->
                        depths.forEach((name, depth) -> callback.call(depth.getAsInt(), name)))
                .register(registry);
    }

    Of of(String name, IntSupplier depth) {
        depths.put(name, depth);
        return new Of(name);
    }

    private static Histogram histogram(PrometheusRegistry registry, String name, String help) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .labelNames("name")
                .classicOnly()
                .classicUpperBounds(1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10)
                .register(registry);
    }

    /// The metrics of one queue.
    final class Of {
        private final String name;

        private Of(String name) {
            this.name = name;
        }

        void added() {
            adds.labelValues(name).inc();
        }

        void retried() {
            retries.labelValues(name).inc();
        }

        void taken(long waitedNanos) {
            waits.labelValues(name).observe(waitedNanos / 1e9);
        }

        void worked(long nanos) {
            works.labelValues(name).observe(nanos / 1e9);
        }
    }
}
