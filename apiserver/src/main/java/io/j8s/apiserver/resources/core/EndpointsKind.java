package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Endpoints;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.IpWarnings;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Everything the API server knows about `v1 Endpoints`.
public final class EndpointsKind implements ResourceStrategy<Endpoints> {

    @Override
    public Names names() {
        return new Names("v1", "Endpoints", "endpoints");
    }

    @Override
    public Class<Endpoints> view() {
        return Endpoints.class;
    }

    @Override
    public void applyDefaults(Tree endpoints) {
        for (Tree subset : endpoints.trees("subsets")) {
            subset.trees("ports").forEach(port -> port.setDefault("protocol", "TCP"));
        }
    }

    @Override
    public boolean createsOnUpdate() {
        return true;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    private static final int SHOWN_MAX = 3;
    private static final String MANAGED_BY = "endpoints.kubernetes.io/managed-by";

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        for (At subset : At.root(tree, errors).each("subsets")) {
            var ready = subset.each("addresses");
            var others = subset.each("notReadyAddresses");
            if (ready.isEmpty() && others.isEmpty()) {
                errors.required(subset.path(), "must specify `addresses` or `notReadyAddresses`");
            }
            ready.forEach(EndpointsKind::address);
            others.forEach(EndpointsKind::address);
            var ports = subset.each("ports");
            for (At port : ports) {
                if (!port.string("name").isEmpty()) {
                    port.dnsLabel("name");
                } else if (ports.size() > 1) {
                    port.required("name");
                }
                port.port("port");
                port.oneOf("protocol", "SCTP", "TCP", "UDP");
                if (port.has("appProtocol")) {
                    port.qualifiedName("appProtocol");
                }
            }
        }
    }

    /// Upstream: what is stored already may stay, as older rules took it.
    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        if (!tree.semanticallyEquals(oldTree, "subsets")) {
            validate(tree, errors);
        }
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        if ("endpoint-controller".equals(tree.stringMap("metadata.labels").get(MANAGED_BY))) {
            return List.of(); // upstream: it mends addresses itself
        }
        var out = new ArrayList<String>();
        var subsets = tree.trees("subsets");
        for (int i = 0; i < subsets.size(); i++) {
            for (String list : List.of("addresses", "notReadyAddresses")) {
                var addresses = subsets.get(i).trees(list);
                for (int j = 0; j < addresses.size(); j++) {
                    out.addAll(
                            IpWarnings.address(
                                    "subsets[" + i + "]." + list + "[" + j + "].ip",
                                    addresses.get(j).string("ip", "")));
                }
            }
        }
        return out;
    }

    private static void address(At address) {
        address.address("ip");
        if (!address.string("hostname").isEmpty()) {
            address.dnsLabel("hostname");
        }
        if (address.has("nodeName")) {
            address.dnsSubdomain("nodeName");
        }
        EndpointRules.notSpecial(address, "ip", address.string("ip"));
    }

    @Override
    public List<Column<Endpoints>> columns() {
        return List.of(
                Column.text("Endpoints", "Addresses and ports", EndpointsKind::addresses),
                Column.age());
    }

    private static String addresses(Endpoints endpoints) {
        var all = new ArrayList<String>();
        for (var subset : endpoints.getSubsets()) {
            for (var address : subset.getAddresses()) {
                if (subset.getPorts().isEmpty()) {
                    all.add(address.getIp());
                }
            }
            for (var port : subset.getPorts()) {
                for (var address : subset.getAddresses()) {
                    all.add(bracketed(address.getIp()) + ":" + port.getPort());
                }
            }
        }
        if (all.isEmpty()) {
            return "<none>";
        }
        String shown = String.join(",", all.subList(0, Math.min(SHOWN_MAX, all.size())));
        return all.size() <= SHOWN_MAX
                ? shown
                : shown + " + " + (all.size() - SHOWN_MAX) + " more...";
    }

    private static String bracketed(String ip) {
        return ip.indexOf(':') < 0 ? ip : "[" + ip + "]";
    }
}
