package io.j8s.nodeagent;

import io.j8s.machinery.instance.InstanceId;
import io.j8s.nodeagent.core.EvictionThresholds;
import io.j8s.nodeagent.node.ShutdownGrace;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import javax.net.ssl.SSLContext;

/// What the agent is told when it starts.
///
/// @param dataDirectory of the instance; must exist
/// @param nodeName also the value of the label kubernetes.io/hostname
/// @param nodeAddresses the node's own IP addresses, the primary one first
/// @param port of the HTTPS API; 0 takes a free one
/// @param serving the HTTPS API's certificate; it must ask for client certificates without
///   demanding one
/// @param clientCaFile PEM of the authority whose client certificates are trusted, null for none
/// @param podCidrs this node's pod ranges; empty waits for `spec.podCIDRs`
/// @param runtimeEndpoint a running CRI runtime's socket, or null to start a containerd of our own
/// @param staticPodPath a directory of pod manifests, or null for the instance's own
/// @param maxPods 110 upstream
/// @param eviction when the node ends pods to live on
/// @param shutdown what pods have when the machine goes down
public record NodeAgentConfig(
        Path dataDirectory,
        String nodeName,
        List<String> nodeAddresses,
        int port,
        @Nullable SSLContext serving,
        @Nullable Path clientCaFile,
        List<String> podCidrs,
        List<String> clusterCidrs,
        List<String> clusterDns,
        String clusterDomain,
        @Nullable Path runtimeEndpoint,
        @Nullable Path staticPodPath,
        int maxPods,
        EvictionThresholds eviction,
        ShutdownGrace shutdown,
        Map<String, String> nodeLabels,
        Map<String, String> nodeAnnotations,
        String version) {

    public NodeAgentConfig {
        nodeAddresses = List.copyOf(nodeAddresses);
        podCidrs = List.copyOf(podCidrs);
        clusterCidrs = List.copyOf(clusterCidrs);
        clusterDns = List.copyOf(clusterDns);
        nodeLabels = Map.copyOf(nodeLabels);
        nodeAnnotations = Map.copyOf(nodeAnnotations);
    }

    public InstanceId instance() throws java.io.IOException {
        return InstanceId.of(dataDirectory);
    }
}
