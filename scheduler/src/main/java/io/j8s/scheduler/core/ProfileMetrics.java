package io.j8s.scheduler.core;

import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Those of the scheduler's metrics that tell profiles or plugins apart. Data points are looked up
/// once. Safe for use by many threads.
final class ProfileMetrics {

    static final String SUCCESS = "Success";
    static final String ERROR = "Error";
    private static final String UNSCHEDULABLE = "Unschedulable";

    // upstream: pluginMetricsSamplePercent is 10
    private static final int SAMPLED_EVERY = 10;

    private final String profile;
    private final Timers timers;
    private final SchedulerMetrics.Families families;
    private final AtomicInteger cycles = new AtomicInteger();
    private final AtomicInteger gates = new AtomicInteger();
    private final Map<String, CounterDataPoint> attempts = new ConcurrentHashMap<>();
    private final Map<String, DistributionDataPoint> attemptSeconds = new ConcurrentHashMap<>();
    private final Map<String, Map<String, DistributionDataPoint>> points =
            new ConcurrentHashMap<>();
    private final Map<String, Map<String, CounterDataPoint>> evaluations =
            new ConcurrentHashMap<>();

    ProfileMetrics(String profile, Timers timers, SchedulerMetrics.Families families) {
        this.profile = profile;
        this.timers = timers;
        this.families = families;
    }

    long begin() {
        return timers.nanoTime();
    }

    /// Whether the plugins of the next cycle are measured one by one.
    boolean isSampled() {
        return cycles.getAndIncrement() % SAMPLED_EVERY == 0;
    }

    /// The same of the next pod that enters the queue.
    boolean isGateSampled() {
        return gates.getAndIncrement() % SAMPLED_EVERY == 0;
    }

    /// All plugins of an extension point have run.
    ///
    /// @param status upstream's code, e.g. `Success`
    void end(String point, String status, long began) {
        points.computeIfAbsent(point, _ -> new ConcurrentHashMap<>())
                .computeIfAbsent(
                        status, s -> families.pointSeconds().labelValues(point, s, profile))
                .observe(secondsSince(began));
    }

    void end(ExtensionPoint point, String status, long began) {
        end(point.label(), status, began);
    }

    void end(ExtensionPoint point, Verdict verdict, long began) {
        end(point.label(), code(verdict), began);
    }

    /// One plugin of a sampled cycle has run.
    void ran(Plugin plugin, String point, String status, long began) {
        ran(plugin.name(), point, status, began);
    }

    void ran(String plugin, String point, String status, long began) {
        families.pluginSeconds().labelValues(plugin, point, status).observe(secondsSince(began));
    }

    /// A plugin was asked so often.
    void evaluated(ExtensionPoint point, String plugin, int times) {
        if (times > 0) {
            evaluations(point, plugin).inc(times);
        }
    }

    private CounterDataPoint evaluations(ExtensionPoint point, String plugin) {
        return evaluations
                .computeIfAbsent(point.label(), _ -> new ConcurrentHashMap<>())
                .computeIfAbsent(
                        plugin, p -> families.evaluations().labelValues(p, point.label(), profile));
    }

    /// Upstream: what may be asked is there with zero before it was.
    void mayEvaluate(Profile of) {
        for (var plugin : of.filters(ExtensionPoint.PRE_FILTER)) {
            if (plugin.hasPreFilter()) {
                var _ = evaluations(ExtensionPoint.PRE_FILTER, plugin.name());
            }
        }
        of.filters(ExtensionPoint.FILTER)
                .forEach(plugin -> evaluations(ExtensionPoint.FILTER, plugin.name()));
        for (var plugin : of.score()) {
            if (plugin.hasPreScore()) {
                var _ = evaluations(ExtensionPoint.PRE_SCORE, plugin.name());
            }
            var _ = evaluations(ExtensionPoint.SCORE, plugin.name());
        }
    }

    /// @param result `scheduled`, `unschedulable` or `error`
    void attempted(String result, long began) {
        attempts.computeIfAbsent(result, r -> families.attempts().labelValues(r, profile)).inc();
        attemptSeconds
                .computeIfAbsent(result, r -> families.attemptSeconds().labelValues(r, profile))
                .observe(secondsSince(began));
    }

    /// Upstream's name of what a plugin answered.
    static String code(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Fits _ -> SUCCESS;
            case Verdict.Rejected(_, var preemptionMayHelp) -> code(preemptionMayHelp);
        };
    }

    static String code(boolean preemptionMayHelp) {
        return preemptionMayHelp ? UNSCHEDULABLE : "UnschedulableAndUnresolvable";
    }

    private double secondsSince(long began) {
        return (timers.nanoTime() - began) / 1e9;
    }
}
