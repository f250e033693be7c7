package io.j8s.controllers.network;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointHintsBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.ForNodeBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.ForZoneBuilder;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.workload.PodRules;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The slices a service needs, pure: endpoints grouped by address family and ports, packed into
/// slices of at most a hundred with as few changed slices as can be (upstream:
/// `k8s.io/endpointslice/reconciler.go`).
final class EndpointSliceRules {

    static final int ENDPOINTS_MAX = 100; // upstream: --max-endpoints-per-slice
    private static final String ZONE = "topology.kubernetes.io/zone";

    /// The wanted content of slices of one address family.
    ///
    /// @param groups endpoints by the ports they share
    record Wanted(String addressType, Map<List<EndpointPort>, List<Endpoint>> groups) {

        Set<String> addresses() {
            return EndpointSliceRules.addresses(groups.values().stream().flatMap(List::stream));
        }

        /// How many slices there would be if each were full.
        int fewestSlices() {
            return groups.values().stream()
                    .mapToInt(group -> (group.size() + ENDPOINTS_MAX - 1) / ENDPOINTS_MAX)
                    .sum();
        }
    }

    static Set<String> addresses(List<EndpointSlice> slices) {
        return addresses(slices.stream().flatMap(slice -> slice.getEndpoints().stream()));
    }

    private static Set<String> addresses(Stream<Endpoint> endpoints) {
        return endpoints
                .flatMap(endpoint -> endpoint.getAddresses().stream())
                .collect(Collectors.toSet());
    }

    /// A slice's content before it has a name, or the new content of an existing one.
    record Content(String addressType, List<EndpointPort> ports, List<Endpoint> endpoints) {
        Content {
            ports = List.copyOf(ports);
            endpoints = List.copyOf(endpoints);
        }
    }

    /// @param update new content by the slice that gets it
    record Plan(
            List<Content> create,
            Map<EndpointSlice, Content> update,
            List<EndpointSlice> delete,
            List<EndpointSlice> keep) {}

    private EndpointSliceRules() {}

    static List<String> addressTypes(Service service) {
        var families = service.getSpec().getIpFamilies();
        if (families != null && !families.isEmpty()) {
            return families.stream().toList();
        }
        var ip = Meta.orEmpty(service.getSpec().getClusterIP());
        return List.of(ServicePods.isIpv6(ip) ? "IPv6" : "IPv4");
    }

    static Wanted wanted(
            Service service,
            String addressType,
            List<Pod> pods,
            Function<String, Optional<Node>> nodes) {
        var groups = new LinkedHashMap<List<EndpointPort>, List<Endpoint>>();
        boolean v6 = addressType.equals("IPv6");
        for (var pod : pods.stream().sorted(Comparator.comparing(Meta::name)).toList()) {
            if (!ServicePods.belongs(pod, true)) {
                continue;
            }
            ServicePods.ips(pod).stream()
                    .filter(ip -> ServicePods.isIpv6(ip) == v6)
                    .findFirst()
                    .ifPresent(ip ->
                            groups.computeIfAbsent(ports(service, pod), _ -> new ArrayList<>())
                                    .add(endpoint(service, pod, ip, nodes)));
        }
        return new Wanted(addressType, groups);
    }

    private static List<EndpointPort> ports(Service service, Pod pod) {
        var ports = new ArrayList<EndpointPort>();
        for (var port : service.getSpec().getPorts()) {
            var number = ServicePods.port(pod, port);
            if (number != null) {
                ports.add(
                        new EndpointPortBuilder()
                                .withName(Meta.orEmpty(port.getName()))
                                .withPort(number)
                                .withProtocol(ServicePods.protocol(port.getProtocol()))
                                .withAppProtocol(port.getAppProtocol())
                                .build());
            }
        }
        return ports;
    }

    private static Endpoint endpoint(
            Service service, Pod pod, String ip, Function<String, Optional<Node>> nodes) {
        boolean serving = PodRules.isReady(pod);
        boolean terminating = Meta.isTerminating(pod);
        boolean ready = ServicePods.publishesNotReady(service) || (serving && !terminating);
        var node = PodRules.node(pod);
        var zone =
                node.isEmpty()
                        ? null
                        : nodes.apply(node).map(found -> Meta.labels(found).get(ZONE)).orElse(null);
        var endpoint =
                new EndpointBuilder()
                        .withAddresses(ip)
                        .withNewConditions(ready, serving, terminating)
                        .withNodeName(node.isEmpty() ? null : node)
                        .withZone(zone == null || zone.isEmpty() ? null : zone)
                        .withTargetRef(
                                new ObjectReferenceBuilder()
                                        .withKind("Pod")
                                        .withNamespace(Meta.namespace(pod))
                                        .withName(Meta.name(pod))
                                        .withUid(Meta.uid(pod))
                                        .build());
        if (ServicePods.hasHostname(pod, service)) {
            endpoint.withHostname(pod.getSpec().getHostname());
        }
        hint(service, endpoint, zone, node, ready);
        return endpoint.build();
    }

    /// `spec.trafficDistribution` asks to stay in the zone or on the node.
    private static void hint(
            Service service,
            EndpointBuilder endpoint,
            @Nullable String zone,
            String node,
            boolean ready) {
        var wish = Meta.orEmpty(service.getSpec().getTrafficDistribution());
        if (wish.isEmpty() || !ready) {
            return;
        }
        var hints = new EndpointHintsBuilder();
        if (zone != null && !zone.isEmpty()) {
            hints.withForZones(new ForZoneBuilder().withName(zone).build());
        }
        if (wish.equals("PreferSameNode") && !node.isEmpty()) {
            hints.withForNodes(new ForNodeBuilder().withName(node).build());
        }
        var built = hints.build();
        if (!built.getForZones().isEmpty() || !built.getForNodes().isEmpty()) {
            endpoint.withHints(built);
        }
    }

    static Plan plan(List<EndpointSlice> existing, Wanted wanted) {
        var create = new ArrayList<Content>();
        var update = new LinkedHashMap<EndpointSlice, Content>();
        var delete = new ArrayList<EndpointSlice>();
        var keep = new ArrayList<EndpointSlice>();
        for (var slice : existing) {
            if (!wanted.groups.containsKey(ports(slice))) {
                delete.add(slice);
            }
        }
        wanted.groups.forEach((ports, endpoints) -> {
            var own = existing.stream().filter(slice -> ports(slice).equals(ports)).toList();
            group(wanted.addressType, ports, endpoints, own, create, update, delete, keep);
        });
        boolean nothingLeft = create.isEmpty() && update.isEmpty() && keep.isEmpty();
        if (nothingLeft) {
            placeholder(wanted.addressType, existing, create, delete, keep);
        }
        // a slice that would go takes over what would be new: its name and history stay
        while (!create.isEmpty() && !delete.isEmpty()) {
            update.put(delete.removeLast(), create.removeLast());
        }
        return new Plan(create, update, delete, keep);
    }

    private static List<EndpointPort> ports(EndpointSlice slice) {
        return slice.getPorts() == null ? List.of() : slice.getPorts();
    }

    /// Upstream: a service always has a slice of each family, at least an empty one.
    private static void placeholder(
            String addressType,
            List<EndpointSlice> existing,
            List<Content> create,
            List<EndpointSlice> delete,
            List<EndpointSlice> keep) {
        for (var slice : existing) {
            if (slice.getEndpoints().isEmpty() && ports(slice).isEmpty()) {
                delete.remove(slice);
                keep.add(slice);
                return;
            }
        }
        create.add(new Content(addressType, List.of(), List.of()));
    }

    private static void group(
            String addressType,
            List<EndpointPort> ports,
            List<Endpoint> endpoints,
            List<EndpointSlice> own,
            List<Content> create,
            Map<EndpointSlice, Content> update,
            List<EndpointSlice> delete,
            List<EndpointSlice> keep) {
        var missing = new LinkedHashMap<String, Endpoint>();
        endpoints.forEach(endpoint -> missing.put(identity(endpoint), endpoint));
        var contents = new LinkedHashMap<EndpointSlice, List<Endpoint>>();
        var unchanged = new ArrayList<EndpointSlice>();
        for (var slice : own) {
            var kept = new ArrayList<Endpoint>();
            for (var endpoint : slice.getEndpoints()) {
                var next = missing.remove(identity(endpoint));
                if (next != null) {
                    kept.add(next);
                }
            }
            if (kept.isEmpty()) {
                delete.add(slice);
            } else if (kept.equals(slice.getEndpoints())) {
                unchanged.add(slice);
            } else {
                contents.put(slice, kept);
            }
        }
        var rest = new ArrayList<>(missing.values());
        contents.values().stream()
                .sorted(Comparator.comparingInt((List<Endpoint> list) -> -list.size()))
                .forEach(list -> move(rest, list));
        fitInto(rest, unchanged, contents);
        while (!rest.isEmpty()) {
            var chunk = new ArrayList<Endpoint>();
            move(rest, chunk);
            create.add(new Content(addressType, ports, chunk));
        }
        contents.forEach((slice, list) -> update.put(slice, new Content(addressType, ports, list)));
        keep.addAll(unchanged);
    }

    /// What is left goes into one more slice if it fits whole, the fullest such.
    private static void fitInto(
            List<Endpoint> rest,
            List<EndpointSlice> unchanged,
            Map<EndpointSlice, List<Endpoint>> contents) {
        if (rest.isEmpty()) {
            return;
        }
        unchanged.stream()
                .filter(slice -> slice.getEndpoints().size() + rest.size() <= ENDPOINTS_MAX)
                .max(Comparator.comparingInt(slice -> slice.getEndpoints().size()))
                .ifPresent(slice -> {
                    unchanged.remove(slice);
                    var list = new ArrayList<>(slice.getEndpoints());
                    move(rest, list);
                    contents.put(slice, list);
                });
    }

    private static void move(List<Endpoint> from, List<Endpoint> to) {
        while (!from.isEmpty() && to.size() < ENDPOINTS_MAX) {
            to.add(from.removeFirst());
        }
    }

    private static String identity(Endpoint endpoint) {
        var target = endpoint.getTargetRef();
        return String.join(",", endpoint.getAddresses())
                + "|"
                + (target == null ? "" : Meta.orEmpty(target.getUid()));
    }
}
