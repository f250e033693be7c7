package io.j8s.nodeagent.proxy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// The rules of one port of one Service. Pure.
///
/// A packet finds its Service by a verdict map over address, protocol and port. The Service's chain
/// hands new connections to its endpoints in turn, each endpoint's chain translates the
/// destination; connection tracking does the rest.
final class ServiceRules {

    static final String SERVICE_IPS = "service-ips";
    static final String SERVICE_NODE_PORTS = "service-nodeports";
    static final String NO_ENDPOINT_SERVICES = "no-endpoint-services";
    static final String NO_ENDPOINT_NODE_PORTS = "no-endpoint-nodeports";
    static final String MARK_FOR_MASQUERADE = "mark-for-masquerade";
    static final String REJECT = "reject-chain";
    static final String DROP = "drop-chain";

    private final ServicePort service;
    private final EndpointChoice choice;
    private final String podCidr;
    private final String ip;
    private final String id;
    private final RuleSet rules = RuleSet.empty();

    private ServiceRules(ServicePort service, EndpointChoice choice, String podCidr) {
        this.service = service;
        this.choice = choice;
        this.podCidr = podCidr;
        this.ip = Family.of(podCidr).word();
        this.id = hash(service.name() + "/" + service.protocol());
    }

    /// @param node this node's name, and `zone` its zone
    /// @param podCidr addresses of the cluster's pods: their traffic is not from outside
    static RuleSet of(ServicePort service, String node, String zone, String podCidr) {
        var choice = EndpointChoice.of(service, node, zone);
        return new ServiceRules(service, choice, podCidr).build();
    }

    private RuleSet build() {
        String cluster = chainOf("service", choice.cluster());
        String internal = service.isInternalLocal() ? chainOf("local", choice.internal()) : cluster;
        for (String ip : service.clusterIps()) {
            route(SERVICE_IPS, NO_ENDPOINT_SERVICES, key(ip), internal, choice.hasAnyInternal());
        }
        if (service.isReachableFromOutside()) {
            external(cluster);
        }
        return rules;
    }

    private void external(String cluster) {
        var endpoints = choice.external();
        String chain = endpoints.isEmpty() ? "" : "external-" + id;
        if (!endpoints.isEmpty()) {
            rules.chain(chain, externalRules(cluster));
        } else if (service.isExternalLocal() && !cluster.isEmpty()) {
            // pods and this host reach endpoints elsewhere; others must use a node that has one
            chain = "external-" + id;
            rules.chain(chain, insideRules(cluster));
        }
        boolean any = choice.hasAnyExternal();
        for (String ip : service.externalIps()) {
            route(SERVICE_IPS, NO_ENDPOINT_SERVICES, key(ip), chain, any);
        }
        for (String ip : service.balancerIps()) {
            route(SERVICE_IPS, NO_ENDPOINT_SERVICES, key(ip), guarded(chain), any);
        }
        if (service.nodePort() > 0) {
            String key = service.protocol() + " . " + service.nodePort();
            route(SERVICE_NODE_PORTS, NO_ENDPOINT_NODE_PORTS, key, chain, any);
        }
    }

    /// Balancer addresses may be limited to source ranges.
    private String guarded(String chain) {
        if (chain.isEmpty() || !service.isLimitedToSources()) {
            return chain;
        }
        String guard = "firewall-" + id;
        rules.chain(
                guard,
                service.sourceRanges().isEmpty()
                        ? "drop"
                        : "%s saddr { %s } goto %s\ndrop"
                                .formatted(ip, String.join(", ", service.sourceRanges()), chain));
        return guard;
    }

    private String externalRules(String cluster) {
        if (!service.isExternalLocal()) {
            // the answer must come back through this node
            return "jump %s\ngoto %s".formatted(MARK_FOR_MASQUERADE, cluster);
        }
        String local = chainOf("local", choice.external());
        return insideRules(cluster) + "\ngoto " + local;
    }

    /// With policy `Local` traffic that begins in the cluster goes to all endpoints all the same.
    private String insideRules(String cluster) {
        return """
        %s saddr %s goto %s
        fib saddr type local jump %s
        fib saddr type local goto %s\
        """
                .formatted(ip, podCidr, cluster, MARK_FOR_MASQUERADE, cluster);
    }

    private void route(String map, String noEndpoints, String key, String chain, boolean any) {
        if (chain.isEmpty()) {
            rules.element(noEndpoints, key, "goto " + (any ? DROP : REJECT));
        } else {
            rules.element(map, key, "goto " + chain);
        }
    }

    private String key(String ip) {
        return ip + " . " + service.protocol() + " . " + service.port();
    }

    /// Makes the chain that hands connections to endpoints in turn; empty name for no endpoints.
    private String chainOf(String kind, List<Endpoint> endpoints) {
        if (endpoints.isEmpty()) {
            return "";
        }
        String name = kind + "-" + id;
        var lines = new StringBuilder();
        if (service.affinitySeconds() > 0) {
            for (Endpoint endpoint : endpoints) {
                lines.append(
                        "%s saddr @%s goto %s\n"
                                .formatted(ip, affinity(endpoint), chain(endpoint)));
            }
        }
        lines.append("numgen inc mod ").append(endpoints.size()).append(" vmap { ");
        for (int i = 0; i < endpoints.size(); i++) {
            lines.append(i == 0 ? "" : ", ").append(i).append(" : goto ");
            lines.append(chain(endpoints.get(i)));
            endpointChain(endpoints.get(i));
        }
        rules.chain(name, lines.append(" }").toString());
        return name;
    }

    private void endpointChain(Endpoint endpoint) {
        var lines = new StringBuilder();
        // a pod that reaches itself through its Service must see another source (hairpin)
        lines.append("%s saddr %s jump %s\n".formatted(ip, endpoint.ip(), MARK_FOR_MASQUERADE));
        if (service.affinitySeconds() > 0) {
            String set = affinity(endpoint);
            rules.affinitySet(set, service.affinitySeconds());
            lines.append("update @%s { %s saddr }\n".formatted(set, ip));
        }
        lines.append("meta l4proto %s dnat to %s".formatted(service.protocol(), endpoint.target()));
        rules.chain(chain(endpoint), lines.toString());
    }

    private String chain(Endpoint endpoint) {
        return "endpoint-" + hash(id + endpoint.target());
    }

    private String affinity(Endpoint endpoint) {
        return "affinity-" + hash(id + endpoint.target());
    }

    private static String hash(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
