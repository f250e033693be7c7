package io.j8s.controllers.runtime;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Makes a component's metrics as upstream's `component-base/metrics` does: the help of each begins
/// with its stability. What was made before under a name is given out again, so that a controller
/// that starts anew goes on counting. Safe for use by many threads.
public final class Measures {

    /// How much upstream promises about a metric.
    public enum Stability {
        ALPHA,
        BETA,
        STABLE;

        /// The help as it is scraped.
        public String help(String text) {
            return "[" + name() + "] " + text;
        }
    }

    private final PrometheusRegistry registry;
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Map<String, Gauge> gauges = new ConcurrentHashMap<>();
    private final Map<String, Histogram> histograms = new ConcurrentHashMap<>();
    private final Map<String, Supplier<Map<List<String>, Double>>> read = new ConcurrentHashMap<>();

    public Measures(PrometheusRegistry registry) {
        this.registry = registry;
    }

    public Counter counter(Stability stability, String name, String help, String... labels) {
        return counters.computeIfAbsent(
                name,
                _ ->
                        Counter.builder()
                                .name(name)
                                .help(stability.help(help))
                                .labelNames(labels)
                                .register(registry));
    }

    public Gauge gauge(Stability stability, String name, String help, String... labels) {
        return gauges.computeIfAbsent(
                name,
                _ ->
                        Gauge.builder()
                                .name(name)
                                .help(stability.help(help))
                                .labelNames(labels)
                                .register(registry));
    }

    public Histogram histogram(
            Stability stability, String name, String help, double[] bounds, String... labels) {
        return histograms.computeIfAbsent(
                name,
                _ ->
                        Histogram.builder()
                                .name(name)
                                .help(stability.help(help))
                                .labelNames(labels)
                                .classicOnly()
                                .classicUpperBounds(bounds)
                                .register(registry));
    }

    /// A gauge that is read when it is scraped.
    ///
    /// @param values by the values of the labels, in their order; of several for one name the last
    ///   is asked
    public void gauge(
            Stability stability,
            String name,
            String help,
            List<String> labels,
            Supplier<Map<List<String>, Double>> values) {
        if (read.put(name, values) != null) {
            return;
        }
        GaugeWithCallback.builder()
                .name(name)
                .help(stability.help(help))
                .labelNames(labels.toArray(String[]::new))
                .callback(told -> {
                    var now = read.getOrDefault(name, Map::of).get();
                    now.forEach((label, value) -> told.call(value, label.toArray(String[]::new)));
                })
                .register(registry);
    }

    /// Upstream's `ExponentialBuckets`.
    public static double[] powers(double first, double factor, int count) {
        var bounds = new double[count];
        double next = first;
        for (int i = 0; i < count; i++) {
            bounds[i] = next;
            next *= factor;
        }
        return bounds;
    }
}
