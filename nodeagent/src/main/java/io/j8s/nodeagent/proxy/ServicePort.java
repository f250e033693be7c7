package io.j8s.nodeagent.proxy;

import java.util.List;

/// One port of one Service in one IP family, with everything that decides its rules.
///
/// @param name `namespace/name:port`, for comments and chain names
/// @param protocol `tcp`, `udp` or `sctp`
/// @param clusterIps empty for a headless Service
/// @param externalIps `externalIPs` of the spec
/// @param balancerIps addresses of the load balancer's status with mode VIP
/// @param sourceRanges who may use the balancer's addresses, of this family
/// @param isLimitedToSources whether others may not
/// @param nodePort 0 for none
/// @param affinitySeconds 0 for no session affinity
public record ServicePort(
        String name,
        String protocol,
        int port,
        List<String> clusterIps,
        List<String> externalIps,
        List<String> balancerIps,
        List<String> sourceRanges,
        boolean isLimitedToSources,
        int nodePort,
        int affinitySeconds,
        boolean isInternalLocal,
        boolean isExternalLocal,
        List<Endpoint> endpoints) {

    public ServicePort {
        clusterIps = List.copyOf(clusterIps);
        externalIps = List.copyOf(externalIps);
        balancerIps = List.copyOf(balancerIps);
        sourceRanges = List.copyOf(sourceRanges);
        endpoints = List.copyOf(endpoints);
    }

    boolean isReachableFromOutside() {
        return nodePort > 0 || !externalIps.isEmpty() || !balancerIps.isEmpty();
    }
}
