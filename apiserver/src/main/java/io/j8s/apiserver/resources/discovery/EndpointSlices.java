package io.j8s.apiserver.resources.discovery;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.core.EndpointRules;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.IpRules;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.Collectors;

/// Everything the API server knows about `discovery.k8s.io/v1 EndpointSlice`.
public final class EndpointSlices implements ResourceStrategy<EndpointSlice> {

    @Override
    public Names names() {
        return new Names("discovery.k8s.io/v1", "EndpointSlice", "endpointslices");
    }

    @Override
    public Class<EndpointSlice> view() {
        return EndpointSlice.class;
    }

    @Override
    public void applyDefaults(Tree slice) {
        for (Tree port : slice.trees("ports")) {
            if (!port.has("name")) {
                port.set("name", "");
            }
            port.setDefault("protocol", "TCP");
        }
    }

    /// Upstream counts a generation when anything but labels and annotations changes.
    @Override
    public void prepareForCreate(RequestContext context, Tree slice) {
        slice.set("metadata.generation", 1);
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        boolean changed =
                !updated.semanticallyEquals(old, "endpoints")
                        || !updated.semanticallyEquals(old, "ports");
        updated.set(
                "metadata.generation", old.longValue("metadata.generation", 0) + (changed ? 1 : 0));
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    private static final int SHOWN_MAX = 3;

    @Override
    public void validate(EndpointSlice object, Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        root.oneOf("addressType", "FQDN", "IPv4", "IPv6");
        endpoints(root, root.string("addressType"));
        ports(root);
    }

    @Override
    public void validateUpdate(
            EndpointSlice updated, EndpointSlice old, Tree tree, Tree oldTree, FieldErrors errors) {
        validate(updated, tree, errors);
        At.root(tree, errors).immutable("addressType", oldTree);
    }

    private static final int ADDRESSES_MAX = 100; // upstream: maxAddresses
    private static final int PORTS_MAX = 20_000; // upstream: maxPorts
    private static final int ENDPOINTS_MAX = 1000; // upstream: maxEndpoints

    private static void endpoints(At root, String type) {
        var endpoints = root.each("endpoints");
        if (endpoints.size() > ENDPOINTS_MAX) {
            root.errors().tooMany("endpoints", endpoints.size(), ENDPOINTS_MAX);
            return;
        }
        for (At endpoint : endpoints) {
            var addresses = endpoint.strings("addresses");
            if (addresses.isEmpty()) {
                endpoint.required("addresses");
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
            if (endpoint.has("hostname")) {
                endpoint.dnsLabel("hostname");
            }
        }
    }

    private static void address(At endpoint, String field, String address, String type) {
        switch (type) {
            case "IPv4", "IPv6" -> {
                endpoint.all(field, address, IpRules.legacyAddress(address, true));
                boolean six = IpRules.isIpv6(address);
                if (IpRules.bytes(address).isPresent() && six != type.equals("IPv6")) {
                    endpoint.invalid(field, address, "must be an " + type + " address");
                }
                EndpointRules.notSpecial(endpoint, field, address);
            }
            case "FQDN" -> endpoint.all(field, address, NameRules.dns1123Subdomain(address));
            default -> {
                // the type's own rule says what is wrong
            }
        }
    }

    private static void ports(At root) {
        var ports = root.each("ports");
        if (ports.size() > PORTS_MAX) {
            root.errors().tooMany("ports", ports.size(), PORTS_MAX);
            return;
        }
        var names = new java.util.HashSet<String>();
        for (At port : ports) {
            String name = port.string("name");
            if (!name.isEmpty()) {
                port.dnsLabel("name");
            }
            if (!names.add(name)) {
                port.duplicate("name", name);
            }
            port.oneOf("protocol", "SCTP", "TCP", "UDP");
            if (port.has("port")) {
                port.port("port");
            }
            if (port.has("appProtocol")) {
                port.qualifiedName("appProtocol");
            }
        }
    }

    @Override
    public List<Column<EndpointSlice>> columns() {
        return List.of(
                Column.text("AddressType", "IPv4, IPv6 or FQDN", EndpointSlice::getAddressType),
                Column.text(
                        "Ports",
                        "Ports of all its endpoints",
                        slice ->
                                brief(
                                        orNone(slice.getPorts()).stream()
                                                .map(p ->
                                                        p.getPort() == null
                                                                ? "*"
                                                                : p.getPort().toString())
                                                .toList(),
                                        "<unset>")),
                Column.text(
                        "Endpoints",
                        "Addresses",
                        slice ->
                                brief(
                                        orNone(slice.getEndpoints()).stream()
                                                .flatMap(e -> e.getAddresses().stream())
                                                .toList(),
                                        "<unset>")),
                Column.age());
    }

    /// An empty slice says null, as Go writes an empty list.
    private static <T> List<T> orNone(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static String brief(List<String> all, String none) {
        if (all.isEmpty()) {
            return none;
        }
        String shown = all.stream().limit(SHOWN_MAX).collect(Collectors.joining(","));
        return all.size() <= SHOWN_MAX
                ? shown
                : shown + " + " + (all.size() - SHOWN_MAX) + " more...";
    }
}
