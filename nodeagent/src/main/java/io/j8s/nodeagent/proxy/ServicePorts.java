package io.j8s.nodeagent.proxy;

import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Reads a Service and its EndpointSlices as the proxy needs them. Pure.
final class ServicePorts {

    private static final String OTHER_PROXY = "service.kubernetes.io/service-proxy-name";
    private static final String HEADLESS = "service.kubernetes.io/headless";
    private static final int AFFINITY_SECONDS = 10_800;

    private ServicePorts() {}

    /// The ports of a Service in one family; none for headless ones, external names and Services
    /// that another proxy serves.
    static List<ServicePort> of(
            Service service, List<EndpointSlice> slices, String node, Family family) {
        var spec = service.getSpec();
        var clusterIps = clusterIps(service, family);
        var labels = Optional.ofNullable(service.getMetadata().getLabels()).orElse(Map.of());
        boolean mine =
                !clusterIps.isEmpty()
                        && !"ExternalName".equals(spec.getType())
                        && !labels.containsKey(OTHER_PROXY)
                        && !labels.containsKey(HEADLESS);
        if (!mine) {
            return List.of();
        }
        var ports = new ArrayList<ServicePort>();
        for (var port : spec.getPorts()) {
            String portName = Objects.requireNonNullElse(port.getName(), "");
            String name =
                    service.getMetadata().getNamespace() + "/" + service.getMetadata().getName();
            ports.add(
                    new ServicePort(
                            portName.isEmpty() ? name : name + ":" + portName,
                            Objects.requireNonNullElse(port.getProtocol(), "TCP")
                                    .toLowerCase(Locale.ROOT),
                            port.getPort(),
                            clusterIps,
                            of(family, spec.getExternalIPs()),
                            balancerIps(service, family),
                            of(family, spec.getLoadBalancerSourceRanges()),
                            !spec.getLoadBalancerSourceRanges().isEmpty(),
                            Objects.requireNonNullElse(port.getNodePort(), 0),
                            affinitySeconds(service),
                            "Local".equals(spec.getInternalTrafficPolicy()),
                            "Local".equals(spec.getExternalTrafficPolicy()),
                            endpoints(slices, portName, port.getProtocol(), node, family)));
        }
        return ports;
    }

    /// Where load balancers ask whether this node has endpoints; 0 for nowhere.
    static int healthCheckPort(Service service) {
        var spec = service.getSpec();
        boolean isAsked =
                "LoadBalancer".equals(spec.getType())
                        && "Local".equals(spec.getExternalTrafficPolicy());
        return isAsked ? Objects.requireNonNullElse(spec.getHealthCheckNodePort(), 0) : 0;
    }

    private static List<String> clusterIps(Service service, Family family) {
        var all = service.getSpec().getClusterIPs();
        String first = service.getSpec().getClusterIP();
        var ips = all.isEmpty() && first != null ? List.of(first) : all;
        return of(family, ips);
    }

    private static List<String> of(Family family, List<String> addresses) {
        return addresses.stream()
                .map(String::strip)
                .filter(ip -> !ip.isEmpty() && !ip.equals("None") && Family.of(ip) == family)
                .toList();
    }

    private static List<String> balancerIps(Service service, Family family) {
        var balancer = service.getStatus() == null ? null : service.getStatus().getLoadBalancer();
        return balancer == null
                ? List.of()
                : of(
                        family,
                        balancer.getIngress().stream()
                                .filter(i -> !"Proxy".equals(i.getIpMode()))
                                .map(LoadBalancerIngress::getIp)
                                .filter(Objects::nonNull)
                                .toList());
    }

    private static int affinitySeconds(Service service) {
        var spec = service.getSpec();
        if (!"ClientIP".equals(spec.getSessionAffinity())) {
            return 0;
        }
        var config = spec.getSessionAffinityConfig();
        Integer seconds =
                config == null || config.getClientIP() == null
                        ? null
                        : config.getClientIP().getTimeoutSeconds();
        return Objects.requireNonNullElse(seconds, AFFINITY_SECONDS);
    }

    /// Endpoints of one named port, each address once, in a stable order.
    private static List<Endpoint> endpoints(
            List<EndpointSlice> slices,
            String portName,
            @Nullable String protocol,
            String node,
            Family family) {
        var found = new LinkedHashMap<String, Endpoint>();
        slices.stream()
                .filter(slice -> family.sliceType().equals(slice.getAddressType()))
                .sorted((a, b) -> a.getMetadata().getName().compareTo(b.getMetadata().getName()))
                .forEach(slice ->
                        slice.getPorts().stream()
                                .filter(port -> isPort(port, portName, protocol))
                                .filter(port -> port.getPort() != null)
                                .forEach(port -> add(slice, port.getPort(), node, found)));
        return List.copyOf(found.values());
    }

    private static boolean isPort(EndpointPort port, String name, @Nullable String protocol) {
        return Objects.requireNonNullElse(port.getName(), "").equals(name)
                && Objects.requireNonNullElse(port.getProtocol(), "TCP")
                        .equals(Objects.requireNonNullElse(protocol, "TCP"));
    }

    private static void add(
            EndpointSlice slice, int port, String node, Map<String, Endpoint> found) {
        for (var endpoint : slice.getEndpoints()) {
            var conditions = endpoint.getConditions();
            boolean ready = conditions == null || !Boolean.FALSE.equals(conditions.getReady());
            boolean serving =
                    (conditions == null || conditions.getServing() == null)
                            ? ready
                            : conditions.getServing();
            boolean terminating =
                    conditions != null && Boolean.TRUE.equals(conditions.getTerminating());
            if (endpoint.getAddresses().isEmpty()) {
                continue;
            }
            var one =
                    new Endpoint(
                            endpoint.getAddresses().getFirst(),
                            port,
                            node.equals(endpoint.getNodeName()),
                            Objects.requireNonNullElse(endpoint.getNodeName(), node).equals(node),
                            ready,
                            serving,
                            terminating,
                            zones(endpoint),
                            nodes(endpoint));
            // an address in two slices counts once; whichever says it is ready wins
            found.merge(one.target(), one, (known, next) -> known.isReady() ? known : next);
        }
    }

    private static Set<String> zones(
            io.fabric8.kubernetes.api.model.discovery.v1.Endpoint endpoint) {
        return endpoint.getHints() == null
                ? Set.of()
                : endpoint.getHints().getForZones().stream()
                        .map(hint -> hint.getName())
                        .collect(Collectors.toCollection(HashSet::new));
    }

    private static Set<String> nodes(
            io.fabric8.kubernetes.api.model.discovery.v1.Endpoint endpoint) {
        return endpoint.getHints() == null
                ? Set.of()
                : endpoint.getHints().getForNodes().stream()
                        .map(hint -> hint.getName())
                        .collect(Collectors.toCollection(HashSet::new));
    }
}
