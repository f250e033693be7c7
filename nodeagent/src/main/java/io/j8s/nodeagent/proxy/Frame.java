package io.j8s.nodeagent.proxy;

import io.j8s.nodeagent.nftables.Expression;
import io.j8s.nodeagent.nftables.Field;
import io.j8s.nodeagent.nftables.NftBatch;
import io.j8s.nodeagent.nftables.NftBatch.Hook;
import io.j8s.nodeagent.nftables.NftBatch.Place;
import io.j8s.nodeagent.nftables.Verdict;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The fixed part of a family's table: hooks, maps and the chains that everything else leads to.
/// Pure.
final class Frame {

    static final String MARK_FOR_MASQUERADE = "mark-for-masquerade";
    static final String REJECT = "reject-chain";
    static final String DROP = "drop-chain";

    private static final String SERVICES = "services";
    private static final String MASQUERADING = "masquerading";
    private static final String NO_ENDPOINT_CHECK = "no-endpoint-check";
    private static final String CLUSTER_IP_CHECK = "cluster-ip-check";
    private static final int MASQUERADE_MARK = 0x4000; // upstream: iptables-masquerade-bit 14
    private static final int DESTINATION_NAT = -100; // the kernel's priorities
    private static final int SOURCE_NAT = 100;

    private static final Map<String, Hook> HOOKS =
            Map.of(
                    "nat-prerouting", new Hook("nat", Place.PREROUTING, DESTINATION_NAT),
                    "nat-output", new Hook("nat", Place.OUTPUT, DESTINATION_NAT),
                    "nat-postrouting", new Hook("nat", Place.POSTROUTING, SOURCE_NAT),
                    "filter-input", new Hook("filter", Place.INPUT, DESTINATION_NAT - 10),
                    "filter-forward", new Hook("filter", Place.FORWARD, DESTINATION_NAT - 10),
                    // behind its nat: what a Service took over goes elsewhere by then
                    "filter-output", new Hook("filter", Place.OUTPUT, DESTINATION_NAT + 10));

    private final Family family;
    private final Sets sets;
    private final String clusterCidr;
    private final String serviceCidr;

    /// @param clusterCidr addresses of the cluster's pods
    /// @param serviceCidr cluster IPs: those that nobody has are refused
    Frame(Family family, Sets sets, String clusterCidr, String serviceCidr) {
        this.family = family;
        this.sets = sets;
        this.clusterCidr = clusterCidr;
        this.serviceCidr = serviceCidr;
    }

    /// Replaces whatever an earlier run left.
    ///
    /// @return how many rules that makes
    int addTo(NftBatch batch) {
        batch.replaceTable();
        sets.fixed().forEach(batch::addSet);
        var chains = chains();
        chains.keySet()
                .forEach(chain -> {
                    var hook = HOOKS.get(chain);
                    if (hook == null) {
                        batch.addChain(chain);
                    } else {
                        batch.addChain(chain, hook);
                    }
                });
        chains.forEach((chain, rules) -> rules.forEach(rule -> batch.addRule(chain, rule)));
        return chains.values().stream().mapToInt(List::size).sum();
    }

    private Map<String, List<List<Expression>>> chains() {
        var chains = new LinkedHashMap<String, List<List<Expression>>>();
        chains.put(MARK_FOR_MASQUERADE, List.of(changedMark(~MASQUERADE_MARK)));
        chains.put(REJECT, reject());
        chains.put(DROP, List.of(List.of(Expression.verdict(Verdict.DROP))));
        chains.put(SERVICES, services());
        chains.put(MASQUERADING, List.of(changedMark(-1), List.of(Expression.masquerade())));
        chains.put(NO_ENDPOINT_CHECK, List.of(noEndpointCheck()));
        chains.put(CLUSTER_IP_CHECK, clusterIpCheck());
        chains.put("nat-prerouting", List.of(jump(SERVICES)));
        chains.put("nat-output", List.of(jump(SERVICES)));
        chains.put("nat-postrouting", postrouting());
        chains.put("filter-input", List.of(noEndpointNodePorts(), ifNew(NO_ENDPOINT_CHECK)));
        var checks = List.of(ifNew(NO_ENDPOINT_CHECK), ifNew(CLUSTER_IP_CHECK));
        chains.put("filter-forward", checks);
        chains.put("filter-output", checks);
        return chains;
    }

    /// Sets the mark's bit when `kept` is without it, else turns it over.
    private static List<Expression> changedMark(int kept) {
        return List.of(
                Expression.mark(0),
                Expression.masked(0, number(kept), number(MASQUERADE_MARK)),
                Expression.setMark(0));
    }

    private List<List<Expression>> reject() {
        return List.of(
                List.of(
                        Expression.protocol(0),
                        Expression.equal(0, Field.PROTOCOL.encode("tcp")),
                        Expression.resetConnection()),
                List.of(Expression.unreachable(family.portUnreachable())));
    }

    private List<List<Expression>> services() {
        var fromOutside = new ArrayList<Expression>();
        // upstream: answers to clients that are no pods must come back through this node
        fromOutside.add(family.destination(0));
        fromOutside.add(Expression.isIn(sets.clusterIps(), 0));
        fromOutside.add(family.source(0));
        fromOutside.addAll(Expression.inRange(0, clusterCidr, false));
        fromOutside.add(Expression.verdict(Verdict.jump(MARK_FOR_MASQUERADE)));

        var byAddress = destination();
        byAddress.add(Expression.verdictOf(sets.serviceIps(), 0));

        var byNodePort = new ArrayList<>(Expression.ofThisHost(false));
        byNodePort.add(family.destination(0));
        byNodePort.addAll(family.notLoopback(0));
        byNodePort.add(Expression.protocol(0));
        byNodePort.add(Expression.destinationPort(1));
        byNodePort.add(Expression.verdictOf(sets.nodePorts(), 0));
        return List.of(fromOutside, byAddress, byNodePort);
    }

    private List<List<Expression>> postrouting() {
        var marked =
                List.of(
                        Expression.mark(0),
                        Expression.masked(0, number(MASQUERADE_MARK), number(0)),
                        Expression.equal(0, number(MASQUERADE_MARK)),
                        Expression.verdict(Verdict.jump(MASQUERADING)));
        var hairpin = new ArrayList<Expression>();
        hairpin.add(Expression.tracked(Expression.Tracked.STATUS, 0));
        hairpin.addAll(Expression.hasBits(0, Expression.DESTINATION_CHANGED));
        hairpin.add(family.source(0));
        hairpin.add(family.destination(family.words()));
        hairpin.add(Expression.isIn(sets.hairpins(), 0));
        hairpin.add(Expression.masquerade());
        return List.of(marked, hairpin);
    }

    private List<Expression> noEndpointCheck() {
        var check = destination();
        check.add(Expression.verdictOf(sets.noEndpointServices(), 0));
        return check;
    }

    /// A cluster IP without that port is refused; one that no Service has is left unanswered.
    private List<List<Expression>> clusterIpCheck() {
        var unknown = new ArrayList<Expression>();
        unknown.add(family.destination(0));
        unknown.addAll(Expression.inRange(0, serviceCidr, true));
        unknown.add(Expression.verdict(Verdict.DROP));
        return List.of(
                List.of(
                        family.destination(0),
                        Expression.isIn(sets.clusterIps(), 0),
                        Expression.verdict(Verdict.goTo(REJECT))),
                unknown);
    }

    private List<Expression> noEndpointNodePorts() {
        var check = new ArrayList<>(isNew());
        check.add(Expression.protocol(0));
        check.add(Expression.destinationPort(1));
        check.add(Expression.verdictOf(sets.noEndpointNodePorts(), 0));
        return check;
    }

    /// Loads address, protocol and port that a packet goes to.
    private List<Expression> destination() {
        int next = family.words();
        var all = new ArrayList<Expression>();
        all.add(family.destination(0));
        all.add(Expression.protocol(next));
        all.add(Expression.destinationPort(next + 1));
        return all;
    }

    private static List<Expression> isNew() {
        var all = new ArrayList<Expression>();
        all.add(Expression.tracked(Expression.Tracked.STATE, 0));
        all.addAll(Expression.hasBits(0, Expression.NEW));
        return all;
    }

    private static List<Expression> ifNew(String chain) {
        var all = new ArrayList<>(isNew());
        all.add(Expression.verdict(Verdict.jump(chain)));
        return all;
    }

    private static List<Expression> jump(String chain) {
        return List.of(Expression.verdict(Verdict.jump(chain)));
    }

    private static byte[] number(int value) {
        return Field.number(value);
    }
}
