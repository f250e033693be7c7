package io.j8s.apiserver.metrics;

import io.j8s.apiserver.cache.Freshness;
import io.j8s.apiserver.registry.Registry;
import io.j8s.machinery.meta.GroupResource;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.util.LinkedHashMap;
import java.util.Map;

/// What is asked only when somebody scrapes: stored objects, and what [ProcessMetrics] tells.
public final class StateMetrics {

    private StateMetrics() {}

    public static void register(PrometheusRegistry registry, Registry objects) {
        GaugeWithCallback.builder()
                .name("apiserver_storage_objects")
                .help(
                        "[STABLE] (Deprecated since 1.34.0) [DEPRECATED, consider using"
                            + " apiserver_resource_objects instead] Number of stored objects at the"
                            + " time of last check split by kind. In case of a fetching error, the"
                            + " value will be -1.")
                .labelNames("resource")
                .callback(callback ->
                        counts(objects).forEach((of, count) -> callback.call(count, of.toString())))
                .register(registry);
        GaugeWithCallback.builder()
                .name("apiserver_resource_objects")
                .help(
                        "[ALPHA] Number of stored objects at the time of last check split by kind."
                                + " In case of a fetching error, the value will be -1.")
                .labelNames("group", "resource")
                .callback(callback ->
                        counts(objects)
                                .forEach((of, count) ->
                                        callback.call(count, of.group(), of.resource())))
                .register(registry);
        ProcessMetrics.register(registry);
    }

    private static Map<GroupResource, Double> counts(Registry objects) {
        var counts = new LinkedHashMap<GroupResource, Double>();
        for (var resource : objects.all()) {
            var snapshot = resource.reader().now(Freshness.ANY);
            if (snapshot != null && snapshot.isLocal()) {
                counts.put(resource.groupResource(), count(snapshot));
            }
        }
        return counts;
    }

    private static double count(io.j8s.apiserver.cache.ObjectSnapshot snapshot) {
        try {
            return snapshot.count();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }
}
