package io.j8s.apiserver.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/// What health checks said, at `/metrics/slis` (upstream: `metrics/prometheus/slis`). Thread-safe.
public final class HealthMetrics {

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Gauge last =
            Gauge.builder()
                    .name("kubernetes_healthcheck")
                    .help("This metric records the result of a single healthcheck.")
                    .labelNames("name", "type")
                    .register(registry);
    private final Counter total =
            Counter.builder()
                    .name("kubernetes_healthchecks_total")
                    .help("This metric records the results of all healthcheck.")
                    .labelNames("name", "type", "status")
                    .register(registry);

    /// @param check e.g. `etcd`
    /// @param type `healthz`, `livez` or `readyz`
    public void observe(String check, String type, boolean isGood) {
        last.labelValues(check, type).set(isGood ? 1 : 0);
        total.labelValues(check, type, isGood ? "success" : "error").inc();
    }

    public PrometheusRegistry registry() {
        return registry;
    }
}
