package io.j8s.controllers.node;

import static io.j8s.controllers.runtime.Measures.Stability.ALPHA;
import static io.j8s.controllers.runtime.Measures.Stability.STABLE;

import io.fabric8.kubernetes.api.model.Node;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Measures;
import io.j8s.controllers.runtime.Meta;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Upstream's `node_collector_*`. Safe for use by many threads.
final class NodeHealthMetrics {

    private record Zone(double nodes, double unhealthy) {
        Zone and(Zone other) {
            return new Zone(nodes + other.nodes, unhealthy + other.unhealthy);
        }
    }

    private final Counter evictions;
    private final Histogram seconds;
    private final Histogram roundSeconds;

    NodeHealthMetrics(Measures measures, Informer<Node> nodes) {
        evictions =
                measures.counter(
                        STABLE,
                        "node_collector_evictions_total",
                        "Number of Node evictions that happened since current instance of"
                                + " NodeController started.",
                        "zone");
        seconds =
                measures.histogram(
                        ALPHA,
                        "node_collector_update_node_health_duration_seconds",
                        "Duration in seconds for NodeController to update the health of a single"
                                + " node.",
                        Measures.powers(0.001, 4, 8));
        roundSeconds =
                measures.histogram(
                        ALPHA,
                        "node_collector_update_all_nodes_health_duration_seconds",
                        "Duration in seconds for NodeController to update the health of all"
                                + " nodes.",
                        Measures.powers(0.01, 4, 8));
        var labels = List.of("zone");
        measures.gauge(
                ALPHA,
                "node_collector_zone_size",
                "Gauge measuring number of registered Nodes per zones.",
                labels,
                () -> told(nodes, zone -> zone.nodes));
        measures.gauge(
                ALPHA,
                "node_collector_unhealthy_nodes_in_zone",
                "Gauge measuring number of not Ready Nodes per zones.",
                labels,
                () -> told(nodes, zone -> zone.unhealthy));
        measures.gauge(
                ALPHA,
                "node_collector_zone_health",
                "Gauge measuring percentage of healthy nodes per zone.",
                labels,
                () -> told(nodes, zone -> 100 * (zone.nodes - zone.unhealthy) / zone.nodes));
    }

    private static Map<List<String>, Double> told(
            Informer<Node> nodes, java.util.function.ToDoubleFunction<Zone> part) {
        var zones = new HashMap<String, Zone>();
        for (var node : nodes.list()) {
            var ready = NodeTaints.ready(node);
            boolean isHealthy = ready != null && "True".equals(ready.getStatus());
            zones.merge(zone(node), new Zone(1, isHealthy ? 0 : 1), Zone::and);
        }
        var told = new HashMap<List<String>, Double>();
        zones.forEach((name, zone) -> told.put(List.of(name), part.applyAsDouble(zone)));
        return told;
    }

    /// Upstream: a zone has its count of evictions from its first node on.
    void sees(Node node) {
        evictions.labelValues(zone(node)).inc(0);
    }

    void evicted(Node node) {
        evictions.labelValues(zone(node)).inc();
    }

    /// Here each node is looked at when it is due: what takes one node takes the round of it.
    <T> T measured(Supplier<Long> clock, Supplier<T> look) {
        long began = clock.get();
        try {
            return look.get();
        } finally {
            double took = (clock.get() - began) / 1e9;
            seconds.observe(took);
            roundSeconds.observe(took);
        }
    }

    /// Upstream's `GetZoneKey`: region and zone with a byte between them that no label has.
    static String zone(Node node) {
        var labels = Meta.labels(node);
        var region =
                labels.getOrDefault(
                        "topology.kubernetes.io/region",
                        labels.getOrDefault("failure-domain.beta.kubernetes.io/region", ""));
        var zone =
                labels.getOrDefault(
                        "topology.kubernetes.io/zone",
                        labels.getOrDefault("failure-domain.beta.kubernetes.io/zone", ""));
        return region.isEmpty() && zone.isEmpty() ? "" : region + ":\0:" + zone;
    }
}
