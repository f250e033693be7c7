package io.j8s.apiserver.resources.discovery;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;

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
