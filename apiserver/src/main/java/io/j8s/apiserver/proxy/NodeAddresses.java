package io.j8s.apiserver.proxy;

import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.List;

import javax.net.ssl.SSLContext;

/// Finds a node's agent (upstream: `kubelet/client.NodeConnectionInfoGetter`).
final class NodeAddresses {

    private static final GroupResource NODES = new GroupResource("", "nodes");
    private static final int AGENT_PORT = 10250;
    // kubeadm's --kubelet-preferred-address-types: names of nodes seldom resolve
    private static final List<String> PREFERRED =
            List.of("InternalIP", "ExternalIP", "InternalDNS", "ExternalDNS", "Hostname");

    private final Lookup lookup;
    private final SSLContext tls;

    NodeAddresses(Lookup lookup, SSLContext tls) {
        this.lookup = lookup;
        this.tls = tls;
    }

    /// @param port 0 for the agent's own
    /// @param other TLS to whoever else listens on that port; null for plain HTTP
    Backend agent(String node, int port, String path, @Nullable SSLContext other) {
        Tree found = Fresh.object(lookup, NODES, ObjectKey.clusterScoped(node));
        String address = address(found);
        if (address == null) {
            throw new ApiException(
                    new ApiError.Internal("no preferred addresses found; known addresses: []"));
        }
        int agentPort = found.intValue("status.daemonEndpoints.kubeletEndpoint.Port", AGENT_PORT);
        int wanted = port > 0 ? port : agentPort;
        return new Backend(address, wanted, wanted == agentPort ? tls : other, path);
    }

    private static @Nullable String address(Tree node) {
        var addresses = node.trees("status.addresses");
        for (String type : PREFERRED) {
            for (var address : addresses) {
                if (address.string("type", "").equals(type)) {
                    return address.string("address");
                }
            }
        }
        return null;
    }
}
