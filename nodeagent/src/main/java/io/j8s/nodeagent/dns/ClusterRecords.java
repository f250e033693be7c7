package io.j8s.nodeagent.dns;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/// What the cluster's DNS names stand for, looked up in the informers' indexes. Safe for use by
/// many threads; never blocks.
final class ClusterRecords {

    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final String SERVICE_INDEX = "dns-service";
    private static final String ADDRESS_INDEX = "dns-address";
    private static final String CLUSTER_IP_INDEX = "dns-cluster-ip";

    private final Informer<Service> services;
    private final Informer<EndpointSlice> slices;
    private final Informer<Namespace> namespaces;

    ClusterRecords(Informers informers) {
        services = informers.of(Kinds.SERVICES);
        slices = informers.of(Kinds.ENDPOINT_SLICES);
        namespaces = informers.of(Kinds.NAMESPACES);
        services.index(CLUSTER_IP_INDEX, service -> service.getSpec().getClusterIPs());
        slices.index(SERVICE_INDEX, slice -> List.of(serviceOf(slice).toString()));
        slices.index(
                ADDRESS_INDEX,
                slice ->
                        slice.getEndpoints().stream()
                                .flatMap(endpoint -> endpoint.getAddresses().stream())
                                .toList());
    }

    /// Completes when everything is known.
    CompletableFuture<Void> synced() {
        return CompletableFuture.allOf(services.synced(), slices.synced(), namespaces.synced());
    }

    boolean hasNamespace(String name) {
        return namespaces.get(ObjectKey.clusterScoped(name)).isPresent();
    }

    @Nullable Service service(String namespace, String name) {
        return services.get(new ObjectKey(namespace, name)).orElse(null);
    }

    static boolean isHeadless(Service service) {
        return "None".equals(service.getSpec().getClusterIP());
    }

    static List<String> clusterIps(Service service) {
        var ips = service.getSpec().getClusterIPs();
        String first = service.getSpec().getClusterIP();
        return ips.isEmpty() && first != null && !first.isEmpty() ? List.of(first) : ips;
    }

    /// One address behind a headless Service.
    ///
    /// @param label the name below the Service's: the endpoint's hostname, else its dashed address
    record Backend(String label, String ip, String portName, String protocol, int port) {}

    /// All addresses of a Service's endpoints with each of their ports; port 0 where a slice has
    /// none.
    List<Backend> backends(Service service) {
        boolean all = Boolean.TRUE.equals(service.getSpec().getPublishNotReadyAddresses());
        var found = new ArrayList<Backend>();
        for (EndpointSlice slice : slices.byIndex(SERVICE_INDEX, Meta.key(service).toString())) {
            for (Endpoint endpoint : slice.getEndpoints()) {
                if (all || isReady(endpoint)) {
                    endpoint.getAddresses().forEach(ip -> add(slice, endpoint, ip, found));
                }
            }
        }
        return found;
    }

    private static void add(
            EndpointSlice slice, Endpoint endpoint, String ip, List<Backend> found) {
        String label = label(endpoint, ip);
        if (slice.getPorts().isEmpty()) {
            found.add(new Backend(label, ip, "", "", 0));
        }
        for (var port : slice.getPorts()) {
            found.add(
                    new Backend(
                            label,
                            ip,
                            Objects.requireNonNullElse(port.getName(), ""),
                            Objects.requireNonNullElse(port.getProtocol(), "TCP"),
                            Objects.requireNonNullElse(port.getPort(), 0)));
        }
    }

    /// Ports of a Service with a cluster IP, for SRV records.
    static List<ServicePort> ports(Service service) {
        return service.getSpec().getPorts();
    }

    /// Names that an address stands for, relative to the zone `svc`: `NAME.NAMESPACE` of the
    /// Service that has it as cluster IP, else `LABEL.NAME.NAMESPACE` of endpoints with a hostname
    /// of their own or of headless Services.
    List<String> namesOf(String ip) {
        var owners =
                services.byIndex(CLUSTER_IP_INDEX, ip).stream()
                        .map(service -> Meta.name(service) + "." + Meta.namespace(service))
                        .toList();
        if (!owners.isEmpty()) {
            return owners;
        }
        var names = new ArrayList<String>();
        for (EndpointSlice slice : slices.byIndex(ADDRESS_INDEX, ip)) {
            var key = serviceOf(slice);
            if (key.name().isEmpty() || services.get(key).isEmpty()) {
                continue;
            }
            for (Endpoint endpoint : slice.getEndpoints()) {
                if (endpoint.getAddresses().contains(ip)) {
                    names.add(label(endpoint, ip) + "." + key.name() + "." + key.namespace());
                }
            }
        }
        return names;
    }

    private static boolean isReady(Endpoint endpoint) {
        var conditions = endpoint.getConditions();
        return conditions == null || !Boolean.FALSE.equals(conditions.getReady());
    }

    private static String label(Endpoint endpoint, String ip) {
        String hostname = endpoint.getHostname();
        return hostname == null || hostname.isEmpty()
                ? ip.replace('.', '-').replace(':', '-')
                : hostname;
    }

    private static ObjectKey serviceOf(EndpointSlice slice) {
        return new ObjectKey(
                Meta.namespace(slice), Meta.labels(slice).getOrDefault(SERVICE_NAME, ""));
    }
}
