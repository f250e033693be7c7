package io.j8s.controllers.network;

import io.fabric8.kubernetes.api.model.EndpointAddress;
import io.fabric8.kubernetes.api.model.EndpointAddressBuilder;
import io.fabric8.kubernetes.api.model.EndpointPort;
import io.fabric8.kubernetes.api.model.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.EndpointSubset;
import io.fabric8.kubernetes.api.model.EndpointSubsetBuilder;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.EndpointsBuilder;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.controllers.workload.PodRules;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Keeps the Endpoints of services with a selector, for clients that do not read slices yet
/// (upstream: `pkg/controller/endpoint`).
public final class EndpointsController implements Controller {

    private static final String MANAGED_BY = "endpoints.kubernetes.io/managed-by";
    private static final String MANAGER = "endpoint-controller";
    private static final String OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";
    private static final int CAPACITY = 1000; // upstream: maxCapacity

    private static final Comparator<EndpointAddress> BY_ADDRESS =
            Comparator.comparing(EndpointAddress::getIp)
                    .thenComparing(address ->
                            address.getTargetRef() == null
                                    ? ""
                                    : Meta.orEmpty(address.getTargetRef().getUid()));

    private final Api api;
    private final EventRecorder events;
    private final Informer<Service> services;
    private final Informer<Pod> pods;
    private final Informer<Endpoints> endpoints;
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;

    private final TriggerTimes times = new TriggerTimes();

    public EndpointsController(ControllerContext context) {
        this.api = context.api();
        this.events = context.events();
        this.services = context.informer(Kinds.SERVICES);
        this.pods = context.informer(Kinds.PODS);
        this.endpoints = context.informer(Kinds.ENDPOINTS);
        this.queue = context.queue("endpoint");
        this.loops = List.of(context.loop(queue, this::reconcile, 5));
        services.onChange((before, after) -> {
            var service = after == null ? before : after;
            if (service != null) {
                queue.add(Meta.key(service));
            }
        });
        endpoints.onChange((before, after) -> {
            if (after == null && before != null) {
                queue.add(Meta.key(before));
            }
        });
        pods.onChange(this::podChanged);
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private void podChanged(@Nullable Pod before, @Nullable Pod after) {
        var pod = after == null ? before : after;
        if (pod == null) {
            return;
        }
        for (var service : services.inNamespace(Meta.namespace(pod))) {
            if (ServicePods.selects(service, before) || ServicePods.selects(service, after)) {
                queue.add(Meta.key(service));
            }
        }
    }

    Outcome reconcile(ObjectKey key) {
        var found = services.get(key);
        if (found.isEmpty()) {
            times.forget(key);
            return deleteOf(key);
        }
        var service = found.get();
        if (!ServicePods.isSelecting(service)) {
            return Outcome.DONE; // written by others
        }
        var selected =
                pods.inNamespace(key.namespace()).stream()
                        .filter(pod -> ServicePods.selects(service, pod))
                        .toList();
        var current = endpoints.get(key).orElse(null);
        var wanted = wanted(service, selected, current, times.next(service, selected));
        if (current != null
                && current.getSubsets().equals(wanted.getSubsets())
                && Meta.labels(current).equals(Meta.labels(wanted))) {
            return Outcome.DONE;
        }
        return write(service, current, wanted);
    }

    private Outcome write(Service service, @Nullable Endpoints current, Endpoints wanted) {
        try {
            if (current == null) {
                api.create(Kinds.ENDPOINTS, wanted);
            } else {
                api.update(Kinds.ENDPOINTS, wanted);
            }
        } catch (StatusException refused) {
            if (current == null && refused.isNamespaceTerminating()) {
                return Outcome.DONE;
            }
            if (!refused.isConflict()) {
                var verb = current == null ? "create endpoint for service" : "update endpoint";
                events.warning(
                        wanted,
                        current == null ? "FailedToCreateEndpoint" : "FailedToUpdateEndpoint",
                        "Failed to %s %s: %s"
                                .formatted(verb, Meta.key(service), refused.message()));
            }
            throw refused;
        }
        return Outcome.DONE;
    }

    private Outcome deleteOf(ObjectKey key) {
        if (endpoints.get(key).isEmpty()) {
            return Outcome.DONE;
        }
        try {
            api.delete(Kinds.ENDPOINTS, key, Api.Delete.PLAIN);
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
        return Outcome.DONE;
    }

    private static Map<String, String> annotations(
            @Nullable Endpoints current, @Nullable String lastChange) {
        var annotations = new LinkedHashMap<String, String>();
        if (current != null) {
            annotations.putAll(Meta.annotations(current));
        }
        if (lastChange == null) {
            annotations.remove(ServicePods.TRIGGER_TIME);
        } else {
            annotations.put(ServicePods.TRIGGER_TIME, lastChange);
        }
        return annotations;
    }

    private static Endpoints wanted(
            Service service,
            List<Pod> selected,
            @Nullable Endpoints current,
            @Nullable String lastChange) {
        var labels = new LinkedHashMap<>(Meta.labels(service));
        if (ServicePods.isHeadless(service)) {
            labels.put(ServicePods.HEADLESS_LABEL, "");
        } else {
            labels.remove(ServicePods.HEADLESS_LABEL);
        }
        labels.put(MANAGED_BY, MANAGER);
        var subsets = subsets(service, selected);
        boolean truncated = truncate(subsets);
        var builder =
                (current == null ? new EndpointsBuilder() : new EndpointsBuilder(current))
                        .editOrNewMetadata()
                        .withNamespace(Meta.namespace(service))
                        .withName(Meta.name(service))
                        .withLabels(labels)
                        .withAnnotations(annotations(current, lastChange));
        if (truncated) {
            builder.addToAnnotations(OVER_CAPACITY, "truncated");
        } else {
            builder.removeFromAnnotations(OVER_CAPACITY);
        }
        return builder.endMetadata().withSubsets(subsets).build();
    }

    /// Addresses by their set of ports: those that share all ports stand in one subset.
    ///
    /// @param notReady addresses that run and are not ready
    private record Addresses(List<EndpointAddress> ready, List<EndpointAddress> notReady) {}

    /// Pure: the subsets as upstream repacks them.
    static List<EndpointSubset> subsets(Service service, List<Pod> selected) {
        var byPorts = new LinkedHashMap<List<EndpointPort>, Addresses>();
        for (var pod : selected) {
            if (!ServicePods.belongs(pod, ServicePods.publishesNotReady(service))) {
                continue;
            }
            var address = address(service, pod);
            if (address == null) {
                continue;
            }
            var ports = ports(service, pod);
            if (ports.isEmpty()
                    && !(service.getSpec().getPorts().isEmpty()
                            && ServicePods.isHeadless(service))) {
                continue;
            }
            var group =
                    byPorts.computeIfAbsent(
                            ports, _ -> new Addresses(new ArrayList<>(), new ArrayList<>()));
            boolean ready = ServicePods.publishesNotReady(service) || PodRules.isReady(pod);
            (ready ? group.ready : group.notReady).add(address);
        }
        var subsets = new ArrayList<EndpointSubset>();
        byPorts.forEach((ports, group) ->
                subsets.add(
                        new EndpointSubsetBuilder()
                                .withAddresses(sorted(group.ready))
                                .withNotReadyAddresses(sorted(group.notReady))
                                .withPorts(ports)
                                .build()));
        subsets.sort(Comparator.comparing(subset -> subset.getPorts().toString()));
        return subsets;
    }

    private static List<EndpointAddress> sorted(List<EndpointAddress> addresses) {
        return addresses.stream().sorted(BY_ADDRESS).toList();
    }

    private static @Nullable EndpointAddress address(Service service, Pod pod) {
        boolean v6 = EndpointSliceRules.addressTypes(service).getFirst().equals("IPv6");
        var ip =
                ServicePods.ips(pod).stream()
                        .filter(candidate -> ServicePods.isIpv6(candidate) == v6)
                        .findFirst();
        if (ip.isEmpty()) {
            return null;
        }
        var node = PodRules.node(pod);
        return new EndpointAddressBuilder()
                .withIp(ip.get())
                .withHostname(
                        ServicePods.hasHostname(pod, service) ? pod.getSpec().getHostname() : null)
                .withNodeName(node.isEmpty() ? null : node)
                .withTargetRef(
                        new ObjectReferenceBuilder()
                                .withKind("Pod")
                                .withNamespace(Meta.namespace(pod))
                                .withName(Meta.name(pod))
                                .withUid(Meta.uid(pod))
                                .build())
                .build();
    }

    private static List<EndpointPort> ports(Service service, Pod pod) {
        var ports = new TreeMap<String, EndpointPort>();
        for (ServicePort port : service.getSpec().getPorts()) {
            var number = ServicePods.port(pod, port);
            if (number != null) {
                var protocol = ServicePods.protocol(port.getProtocol());
                ports.put(
                        Meta.orEmpty(port.getName()) + "/" + protocol + "/" + number,
                        new EndpointPortBuilder()
                                .withName(port.getName())
                                .withPort(number)
                                .withProtocol(protocol)
                                .withAppProtocol(port.getAppProtocol())
                                .build());
            }
        }
        return List.copyOf(ports.values());
    }

    /// Keeps ready addresses first; what is over the capacity goes.
    private static boolean truncate(List<EndpointSubset> subsets) {
        int room = CAPACITY;
        int total = 0;
        for (var subset : subsets) {
            total += subset.getAddresses().size() + subset.getNotReadyAddresses().size();
            int ready = Math.min(room, subset.getAddresses().size());
            subset.setAddresses(new ArrayList<>(subset.getAddresses().subList(0, ready)));
            room -= ready;
        }
        for (var subset : subsets) {
            int rest = Math.min(room, subset.getNotReadyAddresses().size());
            subset.setNotReadyAddresses(
                    new ArrayList<>(subset.getNotReadyAddresses().subList(0, rest)));
            room -= rest;
        }
        return total > CAPACITY;
    }
}
