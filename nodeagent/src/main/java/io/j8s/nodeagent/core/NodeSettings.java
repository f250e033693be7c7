package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Quantity;

import java.util.List;
import java.util.Map;

/// What is fixed about this node while the agent runs.
///
/// @param addresses the node's own, the primary one first
/// @param memoryCapacity bytes
/// @param hasUserNamespaces whether the runtime can map users; when not, pods that ask for it are
///   refused
/// @param eviction when the node ends pods to live on
public record NodeSettings(
        String nodeName,
        List<String> addresses,
        List<String> clusterDns,
        String clusterDomain,
        long memoryCapacity,
        Map<String, Quantity> allocatable,
        String runtimeName,
        boolean hasUserNamespaces,
        int maxPods,
        EvictionThresholds eviction) {

    public NodeSettings {
        addresses = List.copyOf(addresses);
        clusterDns = List.copyOf(clusterDns);
        allocatable = Map.copyOf(allocatable);
    }
}
