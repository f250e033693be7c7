package io.j8s.controllers.runtime;

import static io.j8s.controllers.runtime.Measures.Stability.BETA;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/// Upstream's `workqueue_*` metrics, labelled by queue. What changes by itself is read when it is
/// scraped, so an idle process computes nothing.
public final class QueueMetrics {

    // upstream: ExponentialBuckets(10e-9, 10, 10)
    private static final double[] BOUNDS = {1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10};

    /// What a queue says of itself.
    interface Queue {

        int size();

        /// For how long all that are worked on have been, together.
        double unfinishedSeconds();

        /// For how long the one that takes longest has been worked on.
        double longestSeconds();
    }

    private final Measures measures;
    private final Map<String, Queue> queues = new ConcurrentHashMap<>();
    private final Counter adds;
    private final Counter retries;
    private final Histogram waits;
    private final Histogram works;

    public QueueMetrics(PrometheusRegistry registry) {
        measures = new Measures(registry);
        adds =
                measures.counter(
                        BETA,
                        "workqueue_adds_total",
                        "Total number of adds handled by workqueue",
                        "name");
        retries =
                measures.counter(
                        BETA,
                        "workqueue_retries_total",
                        "Total number of retries handled by workqueue",
                        "name");
        waits =
                measures.histogram(
                        BETA,
                        "workqueue_queue_duration_seconds",
                        "How long in seconds an item stays in workqueue before being requested.",
                        BOUNDS,
                        "name");
        works =
                measures.histogram(
                        BETA,
                        "workqueue_work_duration_seconds",
                        "How long in seconds processing an item from workqueue takes.",
                        BOUNDS,
                        "name");
        gauge("workqueue_depth", "Current depth of workqueue", Queue::size);
        gauge(
                "workqueue_unfinished_work_seconds",
                "How many seconds of work has done that is in progress and hasn't been observed by"
                        + " work_duration. Large values indicate stuck threads. One can deduce the"
                        + " number of stuck threads by observing the rate at which this increases.",
                Queue::unfinishedSeconds);
        gauge(
                "workqueue_longest_running_processor_seconds",
                "How many seconds has the longest running processor for workqueue been running.",
                Queue::longestSeconds);
    }

    private void gauge(String name, String help, ToDoubleFunction<Queue> value) {
        measures.gauge(
                BETA,
                name,
                help,
                List.of("name"),
                () -> {
                    var told = new HashMap<List<String>, Double>();
                    queues.forEach(
                            (queue, of) -> told.put(List.of(queue), value.applyAsDouble(of)));
                    return told;
                });
    }

    /// Where the controllers' own metrics are made.
    public Measures measures() {
        return measures;
    }

    Of of(String name, Queue queue) {
        queues.put(name, queue);
        return new Of(name);
    }

    /// The metrics of one queue, all there from its beginning.
    final class Of {
        private final CounterDataPoint added;
        private final CounterDataPoint retried;
        private final DistributionDataPoint waited;
        private final DistributionDataPoint worked;

        private Of(String name) {
            added = adds.labelValues(name);
            retried = retries.labelValues(name);
            waited = waits.labelValues(name);
            worked = works.labelValues(name);
        }

        void added() {
            added.inc();
        }

        void retried() {
            retried.inc();
        }

        void taken(long waitedNanos) {
            waited.observe(waitedNanos / 1e9);
        }

        void worked(long nanos) {
            worked.observe(nanos / 1e9);
        }
    }
}
