package io.j8s.nodeagent.proxy;

import io.j8s.nodeagent.nftables.Field;
import io.j8s.nodeagent.nftables.NftSet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The sets and maps of one family's table. Confined to the proxy's thread.
///
/// What a rule looks up must not grow with the cluster: when a rule begins to use a map, the kernel
/// walks all its elements and all rules that use it. So endpoints stand in one small map for each
/// [#SHARE] balancing chains.
final class Sets {

    /// Balancing chains whose endpoints share one map.
    static final int SHARE = 64;

    /// Endpoints of one balancing chain; there is room for 2^18 chains.
    static final int ENDPOINTS_MAX = 1 << 14;

    private final Family family;
    private final NftSet serviceIps;
    private final NftSet noEndpointServices;
    private final NftSet clusterIps;
    private final NftSet hairpins;
    private final NftSet affinity;
    private final NftSet nodePorts =
            NftSet.verdicts("service-nodeports", Field.PROTOCOL, Field.PORT);
    private final NftSet noEndpointNodePorts =
            NftSet.verdicts("no-endpoint-nodeports", Field.PROTOCOL, Field.PORT);

    private final Map<Integer, NftSet> endpoints = new HashMap<>();

    Sets(Family family) {
        this.family = family;
        var address = family.address();
        serviceIps = NftSet.verdicts("service-ips", address, Field.PROTOCOL, Field.PORT);
        noEndpointServices =
                NftSet.verdicts("no-endpoint-services", address, Field.PROTOCOL, Field.PORT);
        clusterIps = NftSet.set("cluster-ips", address);
        hairpins = NftSet.set("hairpins", address, address);
        affinity =
                new NftSet(
                        "affinity",
                        List.of(address, Field.TURN),
                        List.of(),
                        NftSet.Kind.LEARNING_SET,
                        TypeHints.clientAndTurn(family));
    }

    /// Those that always stand.
    List<NftSet> fixed() {
        return List.of(
                serviceIps,
                nodePorts,
                noEndpointServices,
                noEndpointNodePorts,
                clusterIps,
                hairpins);
    }

    /// From address, protocol and port to the chain that serves them.
    NftSet serviceIps() {
        return serviceIps;
    }

    /// From protocol and port of this host to the chain that serves them.
    NftSet nodePorts() {
        return nodePorts;
    }

    /// What nobody serves, to the chain that refuses or drops it.
    NftSet noEndpointServices() {
        return noEndpointServices;
    }

    /// The same of ports of this host.
    NftSet noEndpointNodePorts() {
        return noEndpointNodePorts;
    }

    NftSet clusterIps() {
        return clusterIps;
    }

    /// Pairs of source and destination that are one endpoint of this node: a pod that reaches
    /// itself through a Service must see another source.
    NftSet hairpins() {
        return hairpins;
    }

    /// Stands while any Service has affinity: clients, each with the number of the endpoint that it
    /// is kept with.
    NftSet affinity() {
        return affinity;
    }

    /// The first of the turns of a balancing chain, which has [#ENDPOINTS_MAX] to give.
    static int firstTurn(int chain) {
        return chain * ENDPOINTS_MAX;
    }

    /// From turn to the endpoint.
    NftSet endpoints(int chain) {
        return endpoints.computeIfAbsent(
                chain / SHARE,
                shard ->
                        new NftSet(
                                "endpoints-" + shard,
                                List.of(Field.TURN),
                                List.of(family.address(), Field.PORT),
                                NftSet.Kind.MAP,
                                TypeHints.turnToEndpoint(family)));
    }
}
