package io.j8s.nodeagent.proxy;

import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.nftables.NftBatch;
import io.j8s.nodeagent.nftables.NftSet;
import io.j8s.nodeagent.nftables.NftSocket;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// The rules of one family: what stands in its table, and the way from there to what should.
/// Confined to the proxy's thread.
final class FamilyRules {

    private final Table table;
    private final String clusterCidr;
    private final NftSocket nft;
    private final Conntrack conntrack;
    private final Sets sets;
    private final Frame frame;
    private final Map<ObjectKey, List<ServicePort>> ports = new HashMap<>();
    private final Map<ObjectKey, RuleSet> planned = new HashMap<>();
    private final ChainNumbers numbers = new ChainNumbers();
    private final Shared<NftSet> shards = new Shared<>();
    private final Shared<String> hairpins = new Shared<>();
    private boolean frameStands;
    private int rules;
    private OptionalLong handle = OptionalLong.empty();

    FamilyRules(
            Table table,
            String clusterCidr,
            String serviceCidr,
            NftSocket nft,
            Conntrack conntrack) {
        this.table = table;
        this.clusterCidr = clusterCidr;
        this.nft = nft;
        this.conntrack = conntrack;
        sets = new Sets(table.family());
        frame = new Frame(table.family(), sets, clusterCidr, serviceCidr);
    }

    Family family() {
        return table.family();
    }

    boolean frameStands() {
        return frameStands;
    }

    /// The next [#sync] replaces the table, so it has to hear of every Service.
    void startOver() {
        frameStands = false;
        planned.clear();
        numbers.clear();
        shards.clear();
        hairpins.clear();
    }

    /// What is planned, so that a rebuild forgets nobody.
    Collection<ObjectKey> known() {
        return List.copyOf(ports.keySet());
    }

    /// Whether the table is the one that we made and still has as many rules.
    boolean isIntact() throws IOException {
        return !frameStands
                || (handle.equals(nft.handle(family().number(), table.name()))
                        && rules == nft.countRules(family().number(), table.name()));
    }

    /// Brings the rules of these Services up to date.
    ///
    /// @param fresh their ports as they are now; none for a Service that is gone
    void sync(Map<ObjectKey, List<ServicePort>> fresh, String node, String zone)
            throws IOException, InterruptedException {
        var batch = new NftBatch(family().number(), table.name());
        boolean isNew = !frameStands;
        if (isNew) {
            rules = frame.addTo(batch);
        }
        var from = RuleSet.empty();
        var to = RuleSet.empty();
        fresh.forEach((key, servicePorts) -> plan(key, servicePorts, node, zone, from, to));
        var change = new RuleChange(sets, family(), from, to, shards.change(), hairpins.change());
        change.addTo(batch);
        nft.apply(batch);
        rules += to.countRules() - from.countRules();
        var rest = new NftBatch(family().number(), table.name());
        change.addCleanUpTo(rest);
        nft.apply(rest);
        change.goneChains().forEach(numbers::release);
        if (isNew) {
            handle = nft.handle(family().number(), table.name());
            frameStands = true;
        }
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

    private void plan(
            ObjectKey key,
            List<ServicePort> servicePorts,
            String node,
            String zone,
            RuleSet from,
            RuleSet to) {
        var before = planned.get(key);
        var after = RuleSet.empty();
        for (ServicePort port : servicePorts) {
            var choice = EndpointChoice.of(port, node, zone);
            after.addAll(ServiceRules.of(port, choice, sets, clusterCidr, numbers));
        }
        shards.take(after.shards());
        hairpins.take(after.hairpins());
        if (before != null) {
            shards.leave(before.shards());
            hairpins.leave(before.hairpins());
            from.addAll(before);
        }
        to.addAll(after);
        planned.put(key, after);
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
