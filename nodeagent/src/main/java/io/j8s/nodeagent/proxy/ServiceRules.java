package io.j8s.nodeagent.proxy;

import io.j8s.nodeagent.nftables.Field;
import io.j8s.nodeagent.nftables.NftSet;
import io.j8s.nodeagent.nftables.Verdict;

import java.util.ArrayList;
import java.util.List;

/// The rules of one port of one Service. Pure, but for the numbers that it gives to new chains.
///
/// A packet finds its Service by a verdict map over address, protocol and port. The Service's
/// balancing chain has one rule, which takes the next turn and looks up the endpoint that has it;
/// connection tracking does the rest. So an endpoint is an element and a Service one rule.
final class ServiceRules {

    private final ServicePort service;
    private final EndpointChoice choice;
    private final Sets sets;
    private final String podCidr;
    private final ChainNumbers numbers;
    private final RuleSet rules = RuleSet.empty();

    private ServiceRules(
            ServicePort service,
            EndpointChoice choice,
            Sets sets,
            String podCidr,
            ChainNumbers numbers) {
        this.service = service;
        this.choice = choice;
        this.sets = sets;
        this.podCidr = podCidr;
        this.numbers = numbers;
    }

    /// @param podCidr addresses of the cluster's pods: their traffic is not from outside
    /// @param numbers learns of chains that are new
    static RuleSet of(
            ServicePort service,
            EndpointChoice choice,
            Sets sets,
            String podCidr,
            ChainNumbers numbers) {
        return new ServiceRules(service, choice, sets, podCidr, numbers).build();
    }

    private RuleSet build() {
        String cluster = balancing("service", choice.cluster());
        String internal =
                service.isInternalLocal() ? balancing("local", choice.internal()) : cluster;
        for (String ip : service.clusterIps()) {
            rules.element(sets.clusterIps(), ip, "");
            if (internal.isEmpty()) {
                refuse(sets.noEndpointServices(), key(ip), choice.hasAnyInternal());
            } else {
                rules.element(sets.serviceIps(), key(ip), internal);
            }
        }
        if (service.isReachableFromOutside()) {
            external(cluster);
        }
        return rules;
    }

    private void external(String cluster) {
        boolean isServed = !choice.external().isEmpty();
        String chain = isServed || !cluster.isEmpty() ? name("external") : "";
        if (!chain.isEmpty()) {
            rules.chain(chain, externalRules(cluster));
        }
        for (String ip : service.externalIps()) {
            route(sets.serviceIps(), sets.noEndpointServices(), key(ip), chain);
        }
        for (String ip : service.balancerIps()) {
            route(sets.serviceIps(), sets.noEndpointServices(), key(ip), guarded(chain));
        }
        if (service.nodePort() > 0) {
            String key = Field.text(service.protocol(), service.nodePort());
            route(sets.nodePorts(), sets.noEndpointNodePorts(), key, chain);
        }
    }

    /// Balancer addresses may be limited to source ranges.
    private String guarded(String chain) {
        if (chain.isEmpty() || !service.isLimitedToSources()) {
            return chain;
        }
        String guard = name("firewall");
        var all = new ArrayList<Rule>();
        service.sourceRanges()
                .forEach(range -> all.add(new Rule.FromRange(range, Verdict.goTo(chain))));
        all.add(new Rule.Always(Verdict.DROP));
        rules.chain(guard, all);
        return guard;
    }

    private List<Rule> externalRules(String cluster) {
        if (!service.isExternalLocal()) {
            // the answer must come back through this node
            return List.of(
                    new Rule.Always(Verdict.jump(Frame.MARK_FOR_MASQUERADE)),
                    new Rule.Always(Verdict.goTo(cluster)));
        }
        var all = new ArrayList<Rule>();
        if (!cluster.isEmpty()) {
            // traffic that begins in the cluster or on this host goes to all endpoints all the same
            all.add(new Rule.FromRange(podCidr, Verdict.goTo(cluster)));
            all.add(new Rule.FromThisHost(Verdict.jump(Frame.MARK_FOR_MASQUERADE)));
            all.add(new Rule.FromThisHost(Verdict.goTo(cluster)));
        }
        if (!choice.external().isEmpty()) {
            all.add(new Rule.Always(Verdict.goTo(balancing("local", choice.external()))));
        }
        return all;
    }

    /// What the chain does not take is refused, or dropped when another node would take it.
    private void route(NftSet map, NftSet noEndpoints, String key, String chain) {
        if (!chain.isEmpty()) {
            rules.element(map, key, chain);
        }
        if (choice.external().isEmpty()) {
            refuse(noEndpoints, key, choice.hasAnyExternal());
        }
    }

    private void refuse(NftSet noEndpoints, String key, boolean isServedElsewhere) {
        rules.element(noEndpoints, key, isServedElsewhere ? Frame.DROP : Frame.REJECT);
    }

    /// Makes the chain that hands connections to endpoints in turn; empty name for no endpoints.
    private String balancing(String kind, List<Endpoint> all) {
        if (all.isEmpty()) {
            return "";
        }
        String chain = name(kind);
        var endpoints = all.subList(0, Math.min(all.size(), Sets.ENDPOINTS_MAX));
        rules.chain(
                chain,
                service.affinitySeconds() > 0
                        ? rememberedTurns(endpoints)
                        : List.of(turns(numbers.ofBalancing(chain), endpoints)));
        for (var endpoint : endpoints) {
            if (endpoint.mayBeHere()) {
                rules.hairpins().add(Field.text(endpoint.ip(), endpoint.ip()));
            }
        }
        return chain;
    }

    private Rule turns(int number, List<Endpoint> endpoints) {
        var map = sets.endpoints(number);
        rules.shards().add(map);
        for (int turn = 0; turn < endpoints.size(); turn++) {
            var endpoint = endpoints.get(turn);
            rules.element(
                    map,
                    Integer.toString(Sets.firstTurn(number) + turn),
                    Field.text(endpoint.ip(), endpoint.port()));
        }
        return new Rule.Next(service.protocol(), number, endpoints.size());
    }

    /// With affinity each endpoint has a chain of its own, where its clients are noted.
    private List<Rule> rememberedTurns(List<Endpoint> endpoints) {
        rules.shards().add(sets.affinity());
        var all = new ArrayList<Rule>();
        for (var endpoint : endpoints) {
            String chain =
                    name("endpoint")
                            + "/"
                            + endpoint.ip().replace(':', '_')
                            + "/"
                            + endpoint.port();
            int number = numbers.ofEndpoint(chain);
            rules.chain(
                    chain,
                    List.of(
                            new Rule.Remember(number, service.affinitySeconds()),
                            new Rule.To(service.protocol(), endpoint.ip(), endpoint.port())));
            all.add(new Rule.IfRemembered(number, Verdict.goTo(chain)));
        }
        var known = List.copyOf(all);
        for (int left = known.size(); left > 0; left--) {
            var verdict = ((Rule.IfRemembered) known.get(known.size() - left)).verdict();
            all.add(left == 1 ? new Rule.Always(verdict) : new Rule.EveryNth(left, verdict));
        }
        return all;
    }

    private String key(String ip) {
        return Field.text(ip, service.protocol(), service.port());
    }

    /// `service-shop/web/tcp/http`: unique, and `nft` takes it as a name.
    private String name(String kind) {
        int colon = service.name().indexOf(':');
        String object = colon < 0 ? service.name() : service.name().substring(0, colon);
        String port = colon < 0 ? "" : "/" + service.name().substring(colon + 1);
        return kind + "-" + object + "/" + service.protocol() + port;
    }
}
