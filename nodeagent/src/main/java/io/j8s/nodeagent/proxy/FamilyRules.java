package io.j8s.nodeagent.proxy;

import io.j8s.machinery.meta.ObjectKey;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The rules of one family: what stands in its table, and the way from there to what should.
/// Confined to the proxy's thread.
final class FamilyRules {

    private final Table table;
    private final String clusterCidr;
    private final String serviceCidr;
    private final Nft nft;
    private final Conntrack conntrack;
    private final Map<ObjectKey, List<ServicePort>> ports = new HashMap<>();
    private final Map<ObjectKey, RuleSet> planned = new HashMap<>();
    private boolean frameStands;

    FamilyRules(Table table, String clusterCidr, String serviceCidr, Nft nft, Conntrack conntrack) {
        this.table = table;
        this.clusterCidr = clusterCidr;
        this.serviceCidr = serviceCidr;
        this.nft = nft;
        this.conntrack = conntrack;
    }

    Family family() {
        return table.family();
    }

    boolean frameStands() {
        return frameStands;
    }

    /// The next [#sync] begins with an empty table.
    void startOver() {
        frameStands = false;
    }

    /// Makes the table, without any Service.
    void makeFrame() throws InterruptedException {
        nft.apply(Frame.create(table, serviceCidr));
        frameStands = true;
        planned.clear();
    }

    /// What is planned, so that a rebuild forgets nobody.
    Collection<ObjectKey> known() {
        return List.copyOf(ports.keySet());
    }

    /// Brings the rules of these Services up to date.
    ///
    /// @param fresh their ports as they are now; none for a Service that is gone
    void sync(Map<ObjectKey, List<ServicePort>> fresh, String node, String zone)
            throws InterruptedException {
        var from = RuleSet.empty();
        var to = RuleSet.empty();
        fresh.forEach((key, servicePorts) -> {
            var before = planned.get(key);
            if (before != null) {
                from.addAll(before);
            }
            var rules = rules(servicePorts, node, zone);
            to.addAll(rules);
            planned.put(key, rules);
        });
        apply(NftScript.change(table, from, to));
        apply(NftScript.cleanUp(table, from, to));
        for (var entry : fresh.entrySet()) {
            forgetFlows(ports.getOrDefault(entry.getKey(), List.of()), entry.getValue());
            if (entry.getValue().isEmpty()) {
                ports.remove(entry.getKey());
                planned.remove(entry.getKey());
            } else {
                ports.put(entry.getKey(), entry.getValue());
            }
        }
    }

    private void apply(String script) throws InterruptedException {
        if (!script.isEmpty()) {
            nft.apply(script);
        }
    }

    private RuleSet rules(List<ServicePort> servicePorts, String node, String zone) {
        var all = RuleSet.empty();
        for (ServicePort port : servicePorts) {
            all.addAll(ServiceRules.of(port, node, zone, clusterCidr));
            port.clusterIps().forEach(ip -> all.element("cluster-ips", ip, ""));
        }
        return all;
    }

    private void forgetFlows(List<ServicePort> before, List<ServicePort> after)
            throws InterruptedException {
        for (ServicePort old : before) {
            if (!old.protocol().equals("udp")) {
                continue;
            }
            var now =
                    after.stream()
                            .filter(port -> port.name().equals(old.name()))
                            .flatMap(port -> port.endpoints().stream())
                            .filter(Endpoint::isServing)
                            .map(Endpoint::ip)
                            .collect(Collectors.toSet());
            var addresses = new ArrayList<>(old.clusterIps());
            addresses.addAll(old.externalIps());
            addresses.addAll(old.balancerIps());
            for (Endpoint endpoint : old.endpoints()) {
                if (endpoint.isServing() && !now.contains(endpoint.ip())) {
                    for (String ip : addresses) {
                        conntrack.forget(family(), ip, endpoint.ip());
                    }
                    if (old.nodePort() > 0) {
                        conntrack.forgetPort(family(), old.nodePort(), endpoint.ip());
                    }
                }
            }
            if (!now.isEmpty() && old.endpoints().stream().noneMatch(Endpoint::isServing)) {
                for (String ip : addresses) {
                    conntrack.forgetUntranslated(family(), ip, old.port());
                }
                if (old.nodePort() > 0) {
                    conntrack.forgetUntranslatedPort(family(), old.nodePort());
                }
            }
        }
    }
}
