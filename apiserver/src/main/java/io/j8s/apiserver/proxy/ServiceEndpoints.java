package io.j8s.apiserver.proxy;

import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Chooses one of a service's ready endpoints that are pods (upstream:
/// `registry/core/service/storage.ResourceLocation` and `proxy.RandomEndpoint`). Blocks.
final class ServiceEndpoints {

    private static final GroupResource SERVICES = new GroupResource("", "services");
    private static final GroupResource PODS = new GroupResource("", "pods");
    private static final GroupResource SLICES =
            new GroupResource("discovery.k8s.io", "endpointslices");

    private final Lookup lookup;

    ServiceEndpoints(Lookup lookup) {
        this.lookup = lookup;
    }

    record Endpoint(String host, int port) {}

    /// @param port number or name of a port of the service; empty for the one without a name
    Endpoint one(String namespace, String service, String port) {
        String portName = isNumber(port) ? portName(namespace, service, port) : port;
        for (var slice : slices(namespace, service)) {
            for (var served : slice.trees("ports")) {
                if (served.string("name", "").equals(portName) && served.has("port")) {
                    var address = ready(slice, namespace);
                    if (address.isPresent()) {
                        return new Endpoint(address.get(), served.intValue("port", 0));
                    }
                }
            }
        }
        throw unavailable("no endpoints available for service " + FieldErrors.quote(service));
    }

    /// In random order, but those of the cluster's first address family before the others.
    private List<Tree> slices(String namespace, String service) {
        var slices = new ArrayList<Tree>();
        for (var slice : lookup.list(SLICES, namespace)) {
            var labels = slice.stringMap("metadata.labels");
            if (service.equals(labels.get("kubernetes.io/service-name"))) {
                slices.add(slice);
            }
        }
        Collections.shuffle(slices);
        String family = primaryFamily();
        slices.sort(Comparator.comparing(slice -> !slice.string("addressType", "").equals(family)));
        return slices;
    }

    /// The API server's own service has the family of the first range of cluster IPs.
    private String primaryFamily() {
        return lookup.get(SERVICES, new ObjectKey("default", "kubernetes"))
                .flatMap(service -> service.strings("spec.ipFamilies").stream().findFirst())
                .orElse("IPv4");
    }

    private Optional<String> ready(Tree slice, String namespace) {
        var endpoints = new ArrayList<>(slice.trees("endpoints"));
        Collections.shuffle(endpoints);
        for (var endpoint : endpoints) {
            var addresses = endpoint.strings("addresses"); // only the first is ever used
            if (!addresses.isEmpty()
                    && endpoint.bool("conditions.ready", true)
                    && isPod(endpoint, addresses.getFirst(), namespace)) {
                return Optional.of(addresses.getFirst());
            }
        }
        return Optional.empty();
    }

    /// Whoever may write slices must not lead this server to where only it can go.
    private boolean isPod(Tree endpoint, String address, String namespace) {
        String pod = endpoint.string("targetRef.name", "");
        return !pod.isEmpty()
                && endpoint.string("targetRef.namespace", "").equals(namespace)
                && Fresh.find(lookup, PODS, new ObjectKey(namespace, pod)).stream()
                        .flatMap(found -> found.trees("status.podIPs").stream())
                        .anyMatch(ip -> ip.string("ip", "").equals(address));
    }

    private static boolean isNumber(String port) {
        return !port.isEmpty() && port.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private String portName(String namespace, String service, String port) {
        Tree found = Fresh.object(lookup, SERVICES, new ObjectKey(namespace, service));
        for (var candidate : found.trees("spec.ports")) {
            if (port.equals(Integer.toString(candidate.intValue("port", 0)))) {
                return candidate.string("name", "");
            }
        }
        throw unavailable(
                "no service port %s found for service %s"
                        .formatted(port, FieldErrors.quote(service)));
    }

    private static ApiException unavailable(String message) {
        return new ApiException(new ApiError.ServiceUnavailable(message));
    }
}
