package io.j8s.apiserver.resources.discovery;

import io.j8s.apiserver.resources.core.EndpointRules;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.names.IpRules;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.function.Function;

/// Which endpoint slices are valid (upstream: `ValidateEndpointSlice`). Pure.
final class EndpointSliceValidation {

    private static final int ADDRESSES_MAX = 100; // upstream: maxAddresses
    private static final int PORTS_MAX = 20_000; // upstream: maxPorts
    private static final int ENDPOINTS_MAX = 1000; // upstream: maxEndpoints
    private static final int HINTS_MAX = 8; // upstream: maxZoneHints, maxNodeHints
    private static final int TOPOLOGY_MAX = 16; // upstream: maxTopologyLabels

    private EndpointSliceValidation() {}

    /// @param old what is stored; null for a new slice. Endpoints that do not change are let pass.
    static void validate(At root, @Nullable Tree old) {
        root.oneOf("addressType", "FQDN", "IPv4", "IPv6");
        ports(root);
        if (old == null || !root.tree().semanticallyEquals(old, "endpoints")) {
            endpoints(root, root.string("addressType"));
        }
    }

    private static void endpoints(At root, String type) {
        var endpoints = root.each("endpoints");
        if (endpoints.size() > ENDPOINTS_MAX) {
            root.errors().tooMany("endpoints", endpoints.size(), ENDPOINTS_MAX);
            return;
        }
        for (At endpoint : endpoints) {
            var addresses = endpoint.strings("addresses");
            if (addresses.isEmpty()) {
                endpoint.later().required("addresses");
            } else if (addresses.size() > ADDRESSES_MAX) {
                endpoint.errors()
                        .tooMany(endpoint.path("addresses"), addresses.size(), ADDRESSES_MAX);
            }
            for (int i = 0; i < addresses.size(); i++) {
                address(endpoint, "addresses[" + i + "]", addresses.get(i), type);
            }
            if (endpoint.has("nodeName")) {
                endpoint.dnsSubdomain("nodeName");
            }
            var topology = endpoint.keys("deprecatedTopology");
            if (topology.size() > TOPOLOGY_MAX) {
                endpoint.errors()
                        .tooMany(
                                endpoint.path("deprecatedTopology"), topology.size(), TOPOLOGY_MAX);
            }
            endpoint.labels("deprecatedTopology");
            if (endpoint.has("hostname")) {
                endpoint.dnsLabel("hostname");
            }
            if (endpoint.at("hints") instanceof At hints) {
                hints(hints, "forZones", NameRules::labelValue);
                hints(hints, "forNodes", NameRules::dns1123Subdomain);
            }
        }
    }

    private static void hints(At hints, String list, Function<String, List<String>> rule) {
        var all = hints.each(list);
        if (all.size() > HINTS_MAX) {
            hints.errors().tooMany(hints.path(list), all.size(), HINTS_MAX);
            return;
        }
        var seen = new HashSet<String>();
        for (At hint : all) {
            String name = hint.string("name");
            if (!seen.add(name)) {
                hint.duplicate("name", name);
            }
            hint.all("name", rule.apply(name));
        }
    }

    private static void address(At endpoint, String field, String address, String type) {
        switch (type) {
            case "IPv4", "IPv6" -> {
                boolean six = type.equals("IPv6");
                var texts = six ? IpRules.address(address) : IpRules.legacyAddress(address, true);
                endpoint.all(field, address, texts);
                if (!texts.isEmpty()) {
                    return;
                }
                if (IpRules.isIpv6(address) != six) {
                    endpoint.invalid("addresses", address, "must be an " + type + " address");
                }
                EndpointRules.notSpecial(endpoint, field, address);
            }
            case "FQDN" -> fullyQualified(endpoint, field, address);
            default -> {
                // the type's own rule says what is wrong
            }
        }
    }

    /// Upstream's `IsFullyQualifiedDomainName`.
    private static void fullyQualified(At at, String field, String text) {
        if (text.isEmpty()) {
            at.required(field);
            return;
        }
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        var texts = NameRules.dns1123Subdomain(name);
        if (!texts.isEmpty()) {
            at.invalid(field, name, String.join(",", texts));
        } else if (name.indexOf('.') < 0) {
            at.invalid(
                    field, name, "should be a domain with at least two segments separated by dots");
        } else {
            for (String label : name.split("\\.", -1)) {
                var ofLabel = NameRules.dns1123Label(label);
                if (!ofLabel.isEmpty()) {
                    at.invalid(field, label, String.join(",", ofLabel));
                    return;
                }
            }
        }
    }

    private static void ports(At root) {
        var ports = root.each("ports");
        if (ports.size() > PORTS_MAX) {
            root.errors().tooMany("ports", ports.size(), PORTS_MAX);
            return;
        }
        var names = new HashSet<String>();
        for (At port : ports) {
            String name = port.string("name");
            if (!name.isEmpty()) {
                port.dnsLabel("name");
            }
            if (!names.add(name)) {
                port.duplicate("name", name);
            }
            String protocol = port.string("protocol");
            if (!port.has("protocol")) {
                port.required("protocol");
            } else if (!List.of("SCTP", "TCP", "UDP").contains(protocol)) {
                port.notSupported("protocol", "SCTP", "TCP", "UDP");
            }
            if (port.has("appProtocol")) {
                port.qualifiedName("appProtocol");
            }
        }
    }
}
