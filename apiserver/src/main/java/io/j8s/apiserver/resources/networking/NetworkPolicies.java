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

import java.util.List;

/// Everything the API server knows about `networking.k8s.io/v1 NetworkPolicy`.
public final class NetworkPolicies implements ResourceStrategy<NetworkPolicy> {

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
    public void validate(NetworkPolicy object, Tree tree, FieldErrors errors) {
        At spec = At.root(tree, errors).at("spec");
        if (spec == null) {
            return;
        }
        LabelSelectors.validate(spec.at("podSelector"));
        for (At rule : spec.each("ingress")) {
            rule.each("ports").forEach(NetworkPolicies::port);
            rule.each("from").forEach(NetworkPolicies::peer);
        }
        for (At rule : spec.each("egress")) {
            rule.each("ports").forEach(NetworkPolicies::port);
            rule.each("to").forEach(NetworkPolicies::peer);
        }
        var types = spec.strings("policyTypes");
        if (types.size() > 2) {
            spec.invalid("policyTypes", "may not specify more than two policyTypes");
            return;
        }
        for (int i = 0; i < types.size(); i++) {
            if (!List.of("Ingress", "Egress").contains(types.get(i))) {
                errors.notSupported(
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

    private static void peer(At peer) {
        LabelSelectors.validate(peer.at("podSelector"));
        LabelSelectors.validate(peer.at("namespaceSelector"));
        At block = peer.at("ipBlock");
        boolean selects = peer.has("podSelector") || peer.has("namespaceSelector");
        if (block != null) {
            block(block);
        }
        if (block == null && !selects) {
            peer.errors().required(peer.path(), "must specify a peer");
        } else if (block != null && selects) {
            peer.errors().forbidden(peer.path(), "may not specify both ipBlock and another peer");
        }
    }

    private static void block(At block) {
        if (!block.present("cidr")) {
            return;
        }
        String cidr = block.string("cidr");
        block.all("cidr", IpRules.legacyCidr(cidr, true));
        var whole = IpRules.parseCidr(cidr);
        var excepted = block.strings("except");
        for (int i = 0; whole.isPresent() && i < excepted.size(); i++) {
            String text = excepted.get(i);
            String field = "except[" + i + "]";
            block.all(field, text, IpRules.legacyCidr(text, true));
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
    public List<Column<NetworkPolicy>> columns() {
        return List.of(
                Column.text(
                        "Pod-Selector",
                        "Which pods it is for",
                        policy -> WorkloadColumns.print(policy.getSpec().getPodSelector())),
                Column.age());
    }
}
