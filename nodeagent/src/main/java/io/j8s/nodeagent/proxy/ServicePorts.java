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

    /// The ports of a Service in IPv4; none for headless ones, external names and Services that
    /// another proxy serves.
    static List<ServicePort> of(Service service, List<EndpointSlice> slices, String node) {
        var spec = service.getSpec();
        var clusterIps = clusterIps(service);
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
                            ipv4(spec.getExternalIPs()),
                            balancerIps(service),
                            ipv4(spec.getLoadBalancerSourceRanges()),
                            Objects.requireNonNullElse(port.getNodePort(), 0),
                            affinitySeconds(service),
                            "Local".equals(spec.getInternalTrafficPolicy()),
                            "Local".equals(spec.getExternalTrafficPolicy()),
                            endpoints(slices, portName, port.getProtocol(), node)));
        }
        return ports;
    }

    private static List<String> clusterIps(Service service) {
        var all = service.getSpec().getClusterIPs();
        String first = service.getSpec().getClusterIP();
        var ips = all.isEmpty() && first != null ? List.of(first) : all;
        return ipv4(ips);
    }

    private static List<String> ipv4(List<String> addresses) {
        return addresses.stream()
                .filter(ip -> !ip.isEmpty() && !ip.equals("None") && ip.indexOf(':') < 0)
                .toList();
    }

    private static List<String> balancerIps(Service service) {
        var balancer = service.getStatus() == null ? null : service.getStatus().getLoadBalancer();
        return balancer == null
                ? List.of()
                : ipv4(
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
            List<EndpointSlice> slices, String portName, @Nullable String protocol, String node) {
        var found = new LinkedHashMap<String, Endpoint>();
        slices.stream()
                .filter(slice -> "IPv4".equals(slice.getAddressType()))
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
