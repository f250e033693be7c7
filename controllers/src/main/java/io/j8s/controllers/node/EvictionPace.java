package io.j8s.controllers.node;

import io.fabric8.kubernetes.api.model.Node;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// How fast nodes that are not ready may lose their pods: one node in ten seconds for each zone,
/// slower or not at all when much of a zone is down, and never when everything is: then it is we
/// who are cut off (upstream: `--node-eviction-rate` and the zone states). Safe for use by many
/// threads.
final class EvictionPace {

    private static final Duration NORMAL = Duration.ofSeconds(10); // upstream: 0.1 nodes a second
    private static final Duration SLOW = Duration.ofSeconds(100); // secondary-node-eviction-rate
    private static final int LARGE_CLUSTER = 50; // large-cluster-size-threshold
    private static final double UNHEALTHY = 0.55; // unhealthy-zone-threshold
    private static final String REGION = "topology.kubernetes.io/region";
    private static final String ZONE = "topology.kubernetes.io/zone";

    private final Map<String, Instant> next = new HashMap<>();

    /// How long the node must wait for its turn; null when there is none in sight.
    synchronized @Nullable Duration untilAllowed(Node node, Collection<Node> all, Instant now) {
        if (isEverythingDown(all, node) || interval(zone(node), all) == null) {
            return null;
        }
        var at = next.getOrDefault(zone(node), now);
        var wait = Duration.between(now, at);
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    synchronized void took(Node node, Collection<Node> all, Instant now) {
        var interval = interval(zone(node), all);
        next.put(zone(node), now.plus(interval == null ? NORMAL : interval));
    }

    private static @Nullable Duration interval(String zone, Collection<Node> all) {
        var inZone = all.stream().filter(node -> zone(node).equals(zone)).toList();
        long down = inZone.stream().filter(EvictionPace::isDown).count();
        boolean partly = down > 2 && (double) down / inZone.size() >= UNHEALTHY;
        if (down == inZone.size() || !partly) {
            return NORMAL;
        }
        return inZone.size() > LARGE_CLUSTER ? SLOW : null;
    }

    static boolean isEverythingDown(Collection<Node> all, Node current) {
        return all.stream()
                .map(node -> Meta.uid(node).equals(Meta.uid(current)) ? current : node)
                .allMatch(EvictionPace::isDown);
    }

    private static boolean isDown(Node node) {
        var ready = NodeTaints.ready(node);
        return ready != null && !"True".equals(ready.getStatus());
    }

    private static String zone(Node node) {
        var labels = Meta.labels(node);
        return Meta.orEmpty(labels.get(REGION)) + ":" + Meta.orEmpty(labels.get(ZONE));
    }
}
