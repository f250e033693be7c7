package io.j8s.apiserver.proxy;

import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupResource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// Chooses one of a service's ready endpoints (upstream: `registry/core/service.ResourceLocation`).
final class ServiceEndpoints {

    private static final GroupResource SLICES =
            new GroupResource("discovery.k8s.io", "endpointslices");

    private final Lookup lookup;

    ServiceEndpoints(Lookup lookup) {
        this.lookup = lookup;
    }

    record Endpoint(String host, int port) {}

    /// @param port number or name of a port of the service; empty for its only one
    Endpoint one(Tree service, String port) {
        String name = service.string("metadata.name", "");
        String portName = portName(service, port);
        List<Endpoint> ready = new ArrayList<>();
        for (var slice : lookup.list(SLICES, service.string("metadata.namespace", ""))) {
            String owner =
                    slice.stringMap("metadata.labels")
                            .getOrDefault("kubernetes.io/service-name", "");
            if (owner.equals(name)) {
                collect(slice, portName, ready);
            }
        }
        if (ready.isEmpty()) {
            throw new ApiException(
                    new ApiError.ServiceUnavailable(
                            "no endpoints available for service " + FieldErrors.quote(name)));
        }
        return ready.get(ThreadLocalRandom.current().nextInt(ready.size()));
    }

    private static void collect(Tree slice, String portName, List<Endpoint> ready) {
        for (var port : slice.trees("ports")) {
            if (!port.string("name", "").equals(portName)) {
                continue;
            }
            for (var endpoint : slice.trees("endpoints")) {
                if (endpoint.bool("conditions.ready", true)) {
                    endpoint.strings("addresses")
                            .forEach(address ->
                                    ready.add(new Endpoint(address, port.intValue("port", 0))));
                }
            }
        }
    }

    private static String portName(Tree service, String port) {
        var ports = service.trees("spec.ports");
        if (port.isEmpty()) {
            return ports.size() == 1 ? ports.getFirst().string("name", "") : "";
        }
        for (var candidate : ports) {
            if (candidate.string("name", "").equals(port)
                    || port.equals(Integer.toString(candidate.intValue("port", 0)))) {
                return candidate.string("name", "");
            }
        }
        throw new ApiException(
                new ApiError.ServiceUnavailable(
                        "no service port %s found for service %s"
                                .formatted(
                                        FieldErrors.quote(port),
                                        FieldErrors.quote(service.string("metadata.name", "")))));
    }
}
