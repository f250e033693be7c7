package io.j8s.controllers.network;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Keeps the Service `kube-system/kube-dns`, behind which are the DNS servers of the nodes: a node
/// tells its server's port by an annotation, and has a slice of its own here as long as it lives.
/// The Service has no selector, so that no other controller touches its slices. A node is asked by
/// itself first: its own answers outlive the way to any other.
public final class ClusterDnsController implements Controller {

    /// The annotation by which a node tells its DNS server's port.
    public static final String PORT_ANNOTATION = "dns.j8s.io/port";

    private static final ObjectKey SERVICE = new ObjectKey("kube-system", "kube-dns");
    private static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
    private static final String MANAGER = "j8s-dns";
    private static final int PORT = 53;

    private final Api api;
    private final String clusterIp;
    private final Informer<Node> nodes;
    private final Informer<Service> services;
    private final Informer<EndpointSlice> slices;
    private final List<ControllerLoop<?>> loops;

    public ClusterDnsController(ControllerContext context) {
        this.api = context.api();
        this.clusterIp = context.config().clusterDns();
        this.nodes = context.informer(Kinds.NODES);
        this.services = context.informer(Kinds.SERVICES);
        this.slices = context.informer(Kinds.ENDPOINT_SLICES);
        var queue = context.queue("cluster_dns");
        this.loops = List.of(context.loop(queue, this::reconcile, 1));
        nodes.onChange((before, after) -> {
            var some = after == null ? before : after;
            if (some != null && (after == null || before == null || isChange(before, after))) {
                queue.add(Meta.key(some));
            }
        });
        slices.onChange((_, after) -> {
            // slices of nodes that went while nobody looked
            if (after != null && MANAGER.equals(Meta.labels(after).get(MANAGED_BY))) {
                queue.add(ObjectKey.clusterScoped(nodeOf(after)));
            }
        });
        services.onChange((before, after) -> {
            if (after == null && before != null && Meta.key(before).equals(SERVICE)) {
                nodes.list().forEach(node -> queue.add(Meta.key(node)));
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private static boolean isChange(Node before, Node after) {
        return !server(before).equals(server(after)) || isReady(before) != isReady(after);
    }

    Outcome reconcile(ObjectKey key) {
        if (clusterIp.isEmpty()) {
            return Outcome.DONE;
        }
        var node = nodes.get(key);
        var server = node.flatMap(ClusterDnsController::server);
        if (server.isEmpty()) {
            remove(sliceOf(key.name()));
            return Outcome.DONE;
        }
        if (services.get(SERVICE).isEmpty()) {
            createService();
        }
        put(slice(key.name(), server.get(), isReady(node.get())));
        return Outcome.DONE;
    }

    /// Where a node's DNS server is.
    record Server(String address, int port) {}

    /// Pure: empty for a node without one.
    static Optional<Server> server(Node node) {
        var port = Meta.annotations(node).get(PORT_ANNOTATION);
        if (port == null || !port.matches("[0-9]{1,5}") || node.getStatus() == null) {
            return Optional.empty();
        }
        return node.getStatus().getAddresses().stream()
                .filter(address -> address.getType().equals("InternalIP"))
                .findFirst()
                .map(address -> new Server(address.getAddress(), Integer.parseInt(port)));
    }

    private static boolean isReady(Node node) {
        return node.getStatus() != null
                && node.getStatus().getConditions().stream()
                        .anyMatch(condition ->
                                condition.getType().equals("Ready")
                                        && condition.getStatus().equals("True"));
    }

    private void put(EndpointSlice wanted) {
        var known = slices.get(Meta.key(wanted));
        try {
            if (known.isEmpty()) {
                api.create(Kinds.ENDPOINT_SLICES, wanted);
            } else if (!known.get().getEndpoints().equals(wanted.getEndpoints())
                    || !known.get().getPorts().equals(wanted.getPorts())) {
                wanted.getMetadata()
                        .setResourceVersion(known.get().getMetadata().getResourceVersion());
                api.update(Kinds.ENDPOINT_SLICES, wanted);
            }
        } catch (StatusException refused) {
            // the informer is behind: its next event brings us back
            if (!refused.isAlreadyExists()) {
                throw refused;
            }
        }
    }

    private void remove(ObjectKey slice) {
        if (slices.get(slice).isEmpty()) {
            return;
        }
        try {
            api.delete(Kinds.ENDPOINT_SLICES, slice, Api.Delete.PLAIN);
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
    }

    private void createService() {
        try {
            api.create(Kinds.SERVICES, service());
        } catch (StatusException refused) {
            if (!refused.isAlreadyExists()) {
                throw refused;
            }
        }
    }

    private Service service() {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace(SERVICE.namespace())
                .withName(SERVICE.name())
                .withLabels(
                        Map.of(
                                "k8s-app", SERVICE.name(),
                                "kubernetes.io/cluster-service", "true",
                                "kubernetes.io/name", "CoreDNS"))
                .endMetadata()
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP(clusterIp)
                .addNewPort()
                .withName("dns")
                .withPort(PORT)
                .withProtocol("UDP")
                .withTargetPort(new IntOrString(PORT))
                .endPort()
                .addNewPort()
                .withName("dns-tcp")
                .withPort(PORT)
                .withProtocol("TCP")
                .withTargetPort(new IntOrString(PORT))
                .endPort()
                .endSpec()
                .build();
    }

    private static ObjectKey sliceOf(String node) {
        return new ObjectKey(SERVICE.namespace(), SERVICE.name() + "-" + node);
    }

    private static String nodeOf(EndpointSlice slice) {
        return Meta.name(slice).substring(SERVICE.name().length() + 1);
    }

    private static EndpointSlice slice(String node, Server server, boolean isReady) {
        var key = sliceOf(node);
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace(key.namespace())
                .withName(key.name())
                .withLabels(
                        Map.of("kubernetes.io/service-name", SERVICE.name(), MANAGED_BY, MANAGER))
                .endMetadata()
                .withAddressType(server.address().contains(":") ? "IPv6" : "IPv4")
                .addNewPort()
                .withName("dns")
                .withPort(server.port())
                .withProtocol("UDP")
                .endPort()
                .addNewPort()
                .withName("dns-tcp")
                .withPort(server.port())
                .withProtocol("TCP")
                .endPort()
                .addNewEndpoint()
                .withAddresses(server.address())
                .withNodeName(node)
                .withNewConditions()
                .withReady(isReady)
                .withServing(isReady)
                .withTerminating(false)
                .endConditions()
                .withNewHints()
                .addNewForNode()
                .withName(node)
                .endForNode()
                .endHints()
                .endEndpoint()
                .build();
    }
}
