package io.j8s.apiserver.resources.networking;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.core.WorkloadColumns;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.IpRules;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Everything the API server knows about `networking.k8s.io/v1 NetworkPolicy`.
public final class NetworkPolicies implements ResourceStrategy<NetworkPolicy> {

    /// Where the peers of each direction's rules stand.
    private static final Map<String, String> PEERS = new java.util.LinkedHashMap<>();

    static {
        PEERS.put("ingress", "from");
        PEERS.put("egress", "to");
    }

    @Override
    public Names names() {
        return new Names("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies");
    }

    @Override
    public Class<NetworkPolicy> view() {
        return NetworkPolicy.class;
    }

    @Override
    public void applyDefaults(Tree policy) {
        Tree spec = policy.ensure("spec");
        spec.ensure("podSelector");
        for (String direction : List.of("ingress", "egress")) {
            for (Tree rule : spec.trees(direction)) {
                rule.trees("ports").forEach(port -> port.setDefault("protocol", "TCP"));
            }
        }
        if (spec.strings("policyTypes").isEmpty()) {
            var types = spec.ensureList("policyTypes");
            types.add("Ingress");
            if (!spec.trees("egress").isEmpty()) {
                types.add("Egress");
            }
        }
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            spec(spec, new Tolerance(false, Set.of()));
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            Tree selector = oldTree.tree("spec.podSelector");
            spec(spec, new Tolerance(!LabelSelectors.isValid(selector), blocks(oldTree)));
        }
    }

    /// What an update may keep although it could not be created today.
    ///
    /// @param values whether selectors may ask for values that no label has
    /// @param blocks address blocks of the old policy
    private record Tolerance(boolean values, Set<String> blocks) {}

    private static Set<String> blocks(Tree policy) {
        var out = new HashSet<String>();
        for (var direction : PEERS.entrySet()) {
            for (Tree rule : policy.trees("spec." + direction.getKey())) {
                for (Tree peer : rule.trees(direction.getValue())) {
                    out.add(peer.string("ipBlock.cidr", ""));
                    out.addAll(peer.strings("ipBlock.except"));
                }
            }
        }
        return out;
    }

    private static void spec(At spec, Tolerance tolerance) {
        LabelSelectors.validate(spec.at("podSelector"), tolerance.values());
        for (var direction : PEERS.entrySet()) {
            for (At rule : spec.each(direction.getKey())) {
                rule.each("ports").forEach(NetworkPolicies::port);
                rule.each(direction.getValue()).forEach(peer -> peer(peer, tolerance));
            }
        }
        var types = spec.strings("policyTypes");
        if (types.size() > 2) {
            spec.invalid("policyTypes", "may not specify more than two policyTypes");
            return;
        }
        for (int i = 0; i < types.size(); i++) {
            if (!List.of("Ingress", "Egress").contains(types.get(i))) {
                spec.errors()
                        .notSupported(
                                spec.path("policyTypes[" + i + "]"),
                                types.get(i),
                                List.of("Ingress", "Egress"));
            }
        }
    }

    private static void port(At port) {
        port.optionalOneOf("protocol", "TCP", "UDP", "SCTP");
        boolean ends = port.has("endPort");
        if (port.get("port") instanceof String name) {
            if (ends) {
                port.invalid("endPort", "may not be specified when `port` is non-numeric");
            }
            port.all("port", name, NameRules.portName(name));
        } else if (port.has("port")) {
            port.port("port");
            if (ends) {
                if (port.number("endPort") < port.number("port")) {
                    port.invalid("endPort", "must be greater than or equal to `port`");
                }
                port.port("endPort");
            }
        } else if (ends) {
            port.invalid("endPort", "may not be specified when `port` is not specified");
        }
    }

    private static void peer(At peer, Tolerance tolerance) {
        LabelSelectors.validate(peer.at("podSelector"), tolerance.values());
        LabelSelectors.validate(peer.at("namespaceSelector"), tolerance.values());
        At block = peer.at("ipBlock");
        boolean selects = peer.has("podSelector") || peer.has("namespaceSelector");
        if (block != null) {
            block(block, tolerance.blocks());
        }
        if (block == null && !selects) {
            peer.errors().required(peer.path(), "must specify a peer");
        } else if (block != null && selects) {
            peer.errors().forbidden(peer.path(), "may not specify both ipBlock and another peer");
        }
    }

    private static void block(At block, Set<String> kept) {
        if (!block.later().present("cidr")) {
            return;
        }
        String cidr = block.string("cidr");
        if (!kept.contains(cidr)) {
            block.all("cidr", IpRules.legacyCidr(cidr, true));
        }
        var whole = IpRules.parseCidr(cidr);
        var excepted = block.strings("except");
        for (int i = 0; whole.isPresent() && i < excepted.size(); i++) {
            String text = excepted.get(i);
            String field = "except[" + i + "]";
            if (!kept.contains(text)) {
                block.all(field, text, IpRules.legacyCidr(text, true));
            }
            var part = IpRules.parseCidr(text);
            var inside = IpRules.bytes(text.substring(0, Math.max(text.indexOf('/'), 0)));
            if (part.isPresent()
                    && inside.isPresent()
                    && (!whole.get().contains(inside.get())
                            || whole.get().prefix() >= part.get().prefix())) {
                block.invalid(field, text, "must be a strict subset of `cidr`");
            }
        }
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        var warnings = new ArrayList<String>();
        var ingress = tree.trees("spec.ingress");
        for (int i = 0; i < ingress.size(); i++) {
            warn("spec.ingress[" + i + "].from", ingress.get(i).trees("from"), warnings);
        }
        var egress = tree.trees("spec.egress");
        for (int i = 0; i < egress.size(); i++) {
            warn("spec.egress[" + i + "].to", egress.get(i).trees("to"), warnings);
        }
        return warnings;
    }

    private static void warn(String path, List<Tree> peers, List<String> warnings) {
        for (int i = 0; i < peers.size(); i++) {
            Tree block = peers.get(i).tree("ipBlock");
            if (block == null) {
                continue;
            }
            String at = path + "[" + i + "].ipBlock.";
            warnings.addAll(CidrWarnings.of(at + "cidr", block.string("cidr", "")));
            var except = block.strings("except");
            for (int k = 0; k < except.size(); k++) {
                warnings.addAll(CidrWarnings.of(at + "except[" + k + "]", except.get(k)));
            }
        }
    }

    @Override
    public List<Column<NetworkPolicy>> columns() {
        return List.of(
                Column.text(
                        "Pod-Selector",
                        "Which pods it is for",
                        policy -> WorkloadColumns.print(policy.getSpec().getPodSelector())),
                Column.age());
    }
}
