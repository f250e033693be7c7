package io.j8s.cli;

import io.j8s.controllers.network.ClusterDnsController;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Informers;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.dns.DnsServer;
import io.j8s.nodeagent.dns.ResolvConf;
import io.j8s.nodeagent.proxy.ServiceProxy;
import io.j8s.nodeagent.runtime.NodePaths;
import io.j8s.nodeagent.runtime.PodRoutes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What a node does for traffic between pods: Services, DNS and the routes to other nodes. Reads
/// from informers that are started after it; one thread starts and closes it.
final class NodeNetwork implements AutoCloseable {

    /// What it is told.
    ///
    /// @param nodeAddress the node's InternalIP
    record Settings(
            DataDirectory directory,
            String nodeName,
            String nodeAddress,
            List<String> clusterCidrs,
            List<String> serviceCidrs,
            String clusterDomain) {}

    private final CloseStack parts = new CloseStack();
    private final DnsServer dns;

    /// @param node the API as this node
    static NodeNetwork start(Settings settings, Informers informers, Api node, Timers timers)
            throws IOException {
        return new NodeNetwork(settings, informers, node, timers);
    }

    private NodeNetwork(Settings settings, Informers informers, Api node, Timers timers)
            throws IOException {
        parts.add(
                        new ServiceProxy(
                                new ServiceProxy.Settings(
                                        settings.directory().instance(),
                                        settings.nodeName(),
                                        settings.clusterCidrs(),
                                        settings.serviceCidrs()),
                                informers,
                                timers))
                .start();
        dns =
                parts.add(
                        new DnsServer(
                                new DnsServer.Settings(
                                        bindable(settings.nodeAddress()),
                                        0,
                                        settings.clusterDomain(),
                                        ResolvConf.servers(Path.of("/etc/resolv.conf")),
                                        Map.of()),
                                informers,
                                timers));
        dns.start();
        var paths = NodePaths.of(settings.directory().path());
        parts.add(new PodRoutes(paths, settings.nodeName(), informers, node, timers)).start();
    }

    /// What the Node object tells of it.
    Map<String, String> annotations() {
        return Map.of(ClusterDnsController.PORT_ANNOTATION, Integer.toString(dns.port()));
    }

    @Override
    public void close() {
        parts.close();
    }

    /// The node's address, or every address as long as the host has not got it: without a network
    /// it is the pod bridge's, and the bridge comes with the first pod.
    private static InetAddress bindable(String address) throws IOException {
        var wanted = InetAddress.ofLiteral(address);
        return NetworkInterface.getByInetAddress(wanted) == null
                ? InetAddress.ofLiteral("0.0.0.0")
                : wanted;
    }
}
