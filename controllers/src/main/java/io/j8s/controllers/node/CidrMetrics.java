package io.j8s.controllers.node;

import static io.j8s.controllers.runtime.Measures.Stability.ALPHA;
import static io.j8s.controllers.runtime.Measures.Stability.BETA;

import io.j8s.controllers.runtime.Measures;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// Upstream's `node_ipam_controller_*`. Safe for use by many threads.
final class CidrMetrics {

    private static final String LABEL = "clusterCIDR";

    private final Counter allocations;
    private final Counter releases;

    CidrMetrics(Measures measures, List<CidrRange> ranges) {
        allocations =
                measures.counter(
                        ALPHA,
                        "node_ipam_controller_cidrset_cidrs_allocations_total",
                        "Counter measuring total number of CIDR allocations.",
                        LABEL);
        releases =
                measures.counter(
                        ALPHA,
                        "node_ipam_controller_cidrset_cidrs_releases_total",
                        "Counter measuring total number of CIDR releases.",
                        LABEL);
        measures.gauge(
                ALPHA,
                "node_ipam_controller_cirdset_max_cidrs", // upstream spells it so
                "Maximum number of CIDRs that can be allocated.",
                List.of(LABEL),
                () -> told(ranges, CidrRange::size));
        measures.gauge(
                ALPHA,
                "node_ipam_controller_cidrset_usage_cidrs",
                "Gauge measuring percentage of allocated CIDRs.",
                List.of(LABEL),
                () -> told(ranges, range -> (double) range.used() / range.size()));
        measures.gauge(
                        BETA,
                        "running_managed_controllers",
                        "Indicates where instances of a controller are currently running",
                        "name",
                        "manager")
                .labelValues("nodeipam", "kube-controller-manager")
                .set(1);
    }

    private static Map<List<String>, Double> told(
            List<CidrRange> ranges, ToDoubleFunction<CidrRange> part) {
        var told = new HashMap<List<String>, Double>();
        ranges.forEach(range -> told.put(List.of(range.cidr()), part.applyAsDouble(range)));
        return told;
    }

    CounterDataPoint allocations(CidrRange range) {
        return allocations.labelValues(range.cidr());
    }

    CounterDataPoint releases(CidrRange range) {
        return releases.labelValues(range.cidr());
    }
}
