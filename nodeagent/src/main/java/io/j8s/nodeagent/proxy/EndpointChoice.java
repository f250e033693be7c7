package io.j8s.nodeagent.proxy;

import java.util.List;
import java.util.function.Predicate;

/// Which endpoints serve which traffic (upstream: `pkg/proxy/topology.go`). Pure.
///
/// @param cluster for traffic with policy `Cluster`
/// @param internal for traffic from inside
/// @param external for traffic from outside
/// @param hasAnyExternal whether any node has an endpoint for traffic from outside: if not, it is
///   refused; if others have, it is dropped here
record EndpointChoice(
        List<Endpoint> cluster,
        List<Endpoint> internal,
        List<Endpoint> external,
        boolean hasAnyInternal,
        boolean hasAnyExternal) {

    EndpointChoice {
        cluster = List.copyOf(cluster);
        internal = List.copyOf(internal);
        external = List.copyOf(external);
    }

    static EndpointChoice of(ServicePort service, String node, String zone) {
        var cluster = hinted(usable(service.endpoints()), node, zone);
        var local = usable(service.endpoints().stream().filter(Endpoint::isLocal).toList());
        boolean any = !usable(service.endpoints()).isEmpty();
        return new EndpointChoice(
                cluster,
                service.isInternalLocal() ? local : cluster,
                service.isExternalLocal() ? local : cluster,
                any,
                any);
    }

    /// The ready ones; while there are none, those that still serve although they are ending.
    private static List<Endpoint> usable(List<Endpoint> all) {
        var ready = all.stream().filter(Endpoint::isReady).toList();
        return ready.isEmpty()
                ? all.stream().filter(e -> e.isServing() && e.isTerminating()).toList()
                : ready;
    }

    /// Endpoints meant for this node, else those meant for its zone, if every endpoint has such a
    /// hint; a hint that would leave none is ignored.
    private static List<Endpoint> hinted(List<Endpoint> usable, String node, String zone) {
        var byNode = chosen(usable, e -> !e.nodes().isEmpty(), e -> e.nodes().contains(node));
        return byNode.size() < usable.size()
                ? byNode
                : chosen(usable, e -> !e.zones().isEmpty(), e -> e.zones().contains(zone));
    }

    private static List<Endpoint> chosen(
            List<Endpoint> usable, Predicate<Endpoint> hasHint, Predicate<Endpoint> isMeant) {
        if (!usable.stream().allMatch(hasHint)) {
            return usable;
        }
        var meant = usable.stream().filter(isMeant).toList();
        return meant.isEmpty() ? usable : meant;
    }
}
