package io.j8s.controllers.network;

import io.fabric8.kubernetes.api.model.EndpointAddress;
import io.fabric8.kubernetes.api.model.EndpointSubset;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.j8s.controllers.network.EndpointSliceRules.Content;
import io.j8s.controllers.network.EndpointSliceRules.Wanted;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.Written;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Mirrors Endpoints that people write by hand into slices, for clients that read only those
/// (upstream: `pkg/controller/endpointslicemirroring`).
public final class EndpointSliceMirroringController implements Controller {

    private static final String MANAGER = "endpointslicemirroring-controller.k8s.io";
    private static final String SKIP = "endpointslice.kubernetes.io/skip-mirror";
    private static final String LEADER = "control-plane.alpha.kubernetes.io/leader";
    private static final String BY_SERVICE = "mirrored-service";
    private static final int ADDRESSES_MAX = 1000; // upstream: --mirroring-max-endpoints-per-subset

    private final Api api;
    private final Informer<Endpoints> endpoints;
    private final Informer<Service> services;
    private final Informer<EndpointSlice> slices;
    private final Written<EndpointSlice> written;
    private final List<ControllerLoop<?>> loops;

    public EndpointSliceMirroringController(ControllerContext context) {
        this.api = context.api();
        this.endpoints = context.informer(Kinds.ENDPOINTS);
        this.services = context.informer(Kinds.SERVICES);
        this.slices = context.informer(Kinds.ENDPOINT_SLICES);
        slices.index(
                BY_SERVICE, slice -> serviceOf(slice).stream().map(ObjectKey::toString).toList());
        this.written = new Written<>(slices);
        var queue = context.queue("endpoint_slice_mirroring");
        this.loops = List.of(context.loop(queue, this::reconcile, 5));
        endpoints.onChange((before, after) -> {
            var object = after == null ? before : after;
            if (object != null) {
                queue.add(Meta.key(object));
            }
        });
        services.onChange((before, after) -> {
            var object = after == null ? before : after;
            if (object != null) {
                queue.add(Meta.key(object));
            }
        });
        slices.onChange((before, after) -> {
            var slice = after == null ? before : after;
            if (slice != null) {
                serviceOf(slice).ifPresent(queue::add);
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private static Optional<ObjectKey> serviceOf(EndpointSlice slice) {
        var labels = Meta.labels(slice);
        var name = labels.get(EndpointSliceController.SERVICE_NAME);
        return name != null && MANAGER.equals(labels.get(EndpointSliceController.MANAGED_BY))
                ? Optional.of(new ObjectKey(Meta.namespace(slice), name))
                : Optional.empty();
    }

    /// Whether a person wrote these endpoints for a service that selects no pods.
    private boolean isMirrored(@Nullable Endpoints object, ObjectKey key) {
        if (object == null
                || "true".equals(Meta.labels(object).get(SKIP))
                || Meta.annotations(object).containsKey(LEADER)) {
            return false;
        }
        var service = services.get(key);
        return service.isPresent()
                && (service.get().getSpec().getSelector() == null
                        || service.get().getSpec().getSelector().isEmpty());
    }

    Outcome reconcile(ObjectKey key) {
        var source = endpoints.get(key).orElse(null);
        var existing =
                written
                        .over(
                                () -> slices.byIndex(BY_SERVICE, key.toString()),
                                slice -> serviceOf(slice).filter(key::equals).isPresent())
                        .stream()
                        .filter(slice -> !Meta.isTerminating(slice))
                        .toList();
        if (source == null || !isMirrored(source, key)) {
            existing.forEach(this::delete);
            return Outcome.DONE;
        }
        for (var type : List.of("IPv4", "IPv6")) {
            var own = existing.stream().filter(s -> s.getAddressType().equals(type)).toList();
            var wanted = wanted(source, type);
            if (wanted.groups().isEmpty()) {
                own.forEach(this::delete);
            } else {
                write(source, own, wanted);
            }
        }
        return Outcome.DONE;
    }

    /// Pure: the endpoints of one family by their ports.
    static Wanted wanted(Endpoints source, String type) {
        var groups = new LinkedHashMap<List<EndpointPort>, List<Endpoint>>();
        for (var subset : source.getSubsets()) {
            var found = new ArrayList<Endpoint>();
            add(found, subset.getAddresses(), type, true);
            add(found, subset.getNotReadyAddresses(), type, false);
            if (!found.isEmpty()) {
                groups.computeIfAbsent(ports(subset), _ -> new ArrayList<>()).addAll(found);
            }
        }
        return new Wanted(type, groups);
    }

    private static void add(
            List<Endpoint> into, List<EndpointAddress> addresses, String type, boolean ready) {
        for (var address : addresses) {
            boolean fits = ServicePods.isIpv6(address.getIp()) == type.equals("IPv6");
            if (fits && into.size() < ADDRESSES_MAX) {
                into.add(
                        new EndpointBuilder()
                                .withAddresses(address.getIp())
                                .withNewConditions()
                                .withReady(ready)
                                .endConditions()
                                .withHostname(address.getHostname())
                                .withNodeName(address.getNodeName())
                                .withTargetRef(address.getTargetRef())
                                .build());
            }
        }
    }

    private static List<EndpointPort> ports(EndpointSubset subset) {
        return subset.getPorts().stream()
                .map(port ->
                        new EndpointPortBuilder()
                                .withName(Meta.orEmpty(port.getName()))
                                .withPort(port.getPort())
                                .withProtocol(ServicePods.protocol(port.getProtocol()))
                                .withAppProtocol(port.getAppProtocol())
                                .build())
                .toList();
    }

    private void write(Endpoints source, List<EndpointSlice> own, Wanted wanted) {
        var plan = EndpointSliceRules.plan(own, wanted);
        for (var content : plan.create()) {
            try {
                written.wrote(
                        api.create(
                                Kinds.ENDPOINT_SLICES,
                                filled(
                                        source,
                                        new EndpointSliceBuilder()
                                                .withNewMetadata()
                                                .withNamespace(Meta.namespace(source))
                                                .withGenerateName(Meta.name(source) + "-")
                                                .withOwnerReferences(
                                                        Meta.controllerRef(Kinds.ENDPOINTS, source))
                                                .endMetadata(),
                                        content)));
            } catch (StatusException refused) {
                if (!refused.isNamespaceTerminating()) {
                    throw refused;
                }
            }
        }
        plan.update()
                .forEach((slice, content) ->
                        written.wrote(
                                api.update(
                                        Kinds.ENDPOINT_SLICES,
                                        filled(source, new EndpointSliceBuilder(slice), content))));
        plan.delete().forEach(this::delete);
    }

    private static EndpointSlice filled(
            Endpoints source, EndpointSliceBuilder slice, Content content) {
        return slice.editMetadata()
                .withLabels(labels(source))
                .withAnnotations(annotations(source))
                .endMetadata()
                .withAddressType(content.addressType())
                .withPorts(content.ports())
                .withEndpoints(content.endpoints())
                .build();
    }

    private static Map<String, String> labels(Endpoints source) {
        var labels = new LinkedHashMap<>(Meta.labels(source));
        labels.put(EndpointSliceController.SERVICE_NAME, Meta.name(source));
        labels.put(EndpointSliceController.MANAGED_BY, MANAGER);
        return labels;
    }

    private static Map<String, String> annotations(Endpoints source) {
        var annotations = new LinkedHashMap<>(Meta.annotations(source));
        annotations
                .keySet()
                .removeAll(
                        Set.of(
                                "kubectl.kubernetes.io/last-applied-configuration",
                                ServicePods.TRIGGER_TIME));
        return annotations;
    }

    private void delete(EndpointSlice slice) {
        try {
            api.delete(Kinds.ENDPOINT_SLICES, Meta.key(slice), Api.Delete.PLAIN);
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
    }
}
