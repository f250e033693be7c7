package io.j8s.controllers.network;

import static io.j8s.controllers.runtime.Measures.Stability.ALPHA;
import static io.j8s.controllers.runtime.Measures.Stability.BETA;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Measures;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/// Upstream's `endpoint_slice_controller_*`. Gauges add up what the last round of each Service came
/// to. Safe for use by many threads.
final class SliceMetrics {

    private static final String PREFIX = "endpoint_slice_controller_";

    /// What a Service has after a round.
    ///
    /// @param wanted slices that would do if each were full
    record Size(int endpoints, int slices, int wanted) {}

    private final Map<ObjectKey, Size> sizes = new ConcurrentHashMap<>();
    private final Histogram added;
    private final Histogram removed;
    private final Histogram slicesChanged;
    private final Counter changes;
    private final Counter syncs;

    SliceMetrics(Measures measures, Informer<Service> services) {
        added =
                measures.histogram(
                        BETA,
                        PREFIX + "endpoints_added_per_sync",
                        "Number of endpoints added on each Service sync",
                        Measures.powers(2, 2, 15));
        removed =
                measures.histogram(
                        BETA,
                        PREFIX + "endpoints_removed_per_sync",
                        "Number of endpoints removed on each Service sync",
                        Measures.powers(2, 2, 15));
        slicesChanged =
                measures.histogram(
                        ALPHA,
                        PREFIX + "endpointslices_changed_per_sync",
                        "Number of EndpointSlices changed on each Service sync",
                        // upstream names none, and its native histograms have no default ones
                        new double[] {Double.POSITIVE_INFINITY},
                        "topology",
                        "traffic_distribution");
        changes =
                measures.counter(
                        ALPHA, PREFIX + "changes", "Number of EndpointSlice changes", "operation");
        syncs =
                measures.counter(
                        ALPHA, PREFIX + "syncs", "Number of EndpointSlice syncs", "result");
        gauge(
                measures,
                "endpoints_desired",
                "Number of endpoints desired",
                size -> size.endpoints());
        gauge(measures, "num_endpoint_slices", "Number of EndpointSlices", size -> size.slices());
        gauge(
                measures,
                "desired_endpoint_slices",
                "Number of EndpointSlices that would exist with perfect endpoint allocation",
                size -> size.wanted());
        measures.gauge(
                BETA,
                PREFIX + "services_count_by_traffic_distribution",
                "Number of Services using some specific trafficDistribution",
                List.of("traffic_distribution"),
                () -> {
                    var counts = new HashMap<List<String>, Double>();
                    for (var service : services.list()) {
                        var distribution = Meta.orEmpty(service.getSpec().getTrafficDistribution());
                        if (!distribution.isEmpty() && sizes.containsKey(Meta.key(service))) {
                            counts.merge(List.of(distribution), 1.0, Double::sum);
                        }
                    }
                    return counts;
                });
    }

    private void gauge(Measures measures, String name, String help, ToDoubleFunction<Size> part) {
        measures.gauge(
                BETA,
                PREFIX + name,
                help,
                List.of(),
                () -> Map.of(List.of(), sizes.values().stream().mapToDouble(part).sum()));
    }

    void wrote(String operation) {
        changes.labelValues(operation).inc();
    }

    void synced(Service service, Size size, int endpointsAdded, int endpointsRemoved, int changed) {
        sizes.put(Meta.key(service), size);
        added.observe(endpointsAdded);
        removed.observe(endpointsRemoved);
        slicesChanged
                .labelValues("Disabled", Meta.orEmpty(service.getSpec().getTrafficDistribution()))
                .observe(changed);
        syncs.labelValues("success").inc();
    }

    /// @param result `stale` or `error`
    void failed(String result) {
        syncs.labelValues(result).inc();
    }

    void forget(ObjectKey service) {
        sizes.remove(service);
    }

    static int endpoints(Collection<EndpointSlice> slices) {
        return slices.stream().mapToInt(slice -> slice.getEndpoints().size()).sum();
    }
}
