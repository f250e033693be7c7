package io.j8s.apiserver.resources.discovery;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.IpWarnings;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
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

    @Override
    public void prepareForCreate(RequestContext context, Tree slice) {
        slice.set("metadata.generation", 1);
        dropTopology(slice, null);
    }

    /// Upstream counts a generation when anything but metadata, or the labels, change.
    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        boolean changed =
                !COUNTED.stream().allMatch(field -> updated.semanticallyEquals(old, field));
        updated.set(
                "metadata.generation", old.longValue("metadata.generation", 0) + (changed ? 1 : 0));
        dropTopology(updated, old);
    }

    /// Topology was a field of old versions (upstream: `dropTopologyOnV1`).
    private static void dropTopology(Tree slice, @Nullable Tree old) {
        if (old != null && slice.semanticallyEquals(old, "endpoints")) {
            return;
        }
        slice.trees("endpoints").forEach(endpoint -> endpoint.remove("deprecatedTopology"));
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    private static final int SHOWN_MAX = 3;
    private static final List<String> COUNTED =
            List.of("addressType", "endpoints", "ports", "metadata.labels");
    private static final List<String> OWN_CONTROLLERS =
            List.of("endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io");

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        EndpointSliceValidation.validate(At.root(tree, errors), null);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        EndpointSliceValidation.validate(root, oldTree);
        root.unchanged("addressType", oldTree);
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        var out = new ArrayList<String>();
        if (oldTree == null && tree.string("addressType", "").equals("FQDN")) {
            out.add("spec.addressType: FQDN endpoints are deprecated");
        }
        String by =
                tree.stringMap("metadata.labels")
                        .getOrDefault("endpointslice.kubernetes.io/managed-by", "");
        if (OWN_CONTROLLERS.contains(by)) {
            return out;
        }
        var endpoints = tree.trees("endpoints");
        for (int i = 0; i < endpoints.size(); i++) {
            var addresses = endpoints.get(i).strings("addresses");
            for (int j = 0; j < addresses.size(); j++) {
                String path = "endpoints[" + i + "].addresses[" + j + "]";
                out.addAll(IpWarnings.address(path, addresses.get(j)));
            }
        }
        return out;
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
                                                .map(EndpointSlices::port)
                                                .toList(),
                                        "<unset>")),
                Column.text(
                        "Endpoints",
                        "Addresses",
                        slice ->
                                brief(
                                        orNone(slice.getEndpoints()).stream()
                                                .flatMap(e -> orNone(e.getAddresses()).stream())
                                                .toList(),
                                        "<unset>")),
                Column.age());
    }

    private static String port(EndpointPort port) {
        if (port.getPort() != null) {
            return port.getPort().toString();
        }
        return port.getName() == null ? "*" : port.getName();
    }

    /// An empty slice says null, as Go writes an empty list.
    private static <T> List<T> orNone(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static String brief(List<String> all, String none) {
        String shown = all.stream().limit(SHOWN_MAX).collect(Collectors.joining(","));
        if (shown.isEmpty()) { // also where all there is has an empty name
            return none;
        }
        return all.size() <= SHOWN_MAX
                ? shown
                : shown + " + " + (all.size() - SHOWN_MAX) + " more...";
    }
}
