package io.j8s.controllers.network;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.j8s.controllers.network.EndpointSliceRules.Content;
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
import io.j8s.controllers.runtime.Written;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Keeps the EndpointSlices of services with a selector. What they should hold is decided in
/// [EndpointSliceRules].
public final class EndpointSliceController implements Controller {

    static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
    static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final String MANAGER = "endpointslice-controller.k8s.io";
    private static final String BY_SERVICE = "endpointslice-service";

    private final Api api;
    private final EventRecorder events;
    private final Informer<Service> services;
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final Informer<EndpointSlice> slices;
    private final Written<EndpointSlice> written;
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;
    private final SliceMetrics metrics;

    private final TriggerTimes times = new TriggerTimes();

    public EndpointSliceController(ControllerContext context) {
        this.api = context.api();
        this.events = context.events();
        this.services = context.informer(Kinds.SERVICES);
        this.pods = context.informer(Kinds.PODS);
        this.nodes = context.informer(Kinds.NODES);
        this.slices = context.informer(Kinds.ENDPOINT_SLICES);
        slices.index(
                BY_SERVICE, slice -> serviceOf(slice).stream().map(ObjectKey::toString).toList());
        this.written = new Written<>(slices);
        this.metrics = new SliceMetrics(context.measures(), services);
        this.queue = context.queue("endpoint_slice");
        this.loops = List.of(context.loop(queue, this::reconcile, 5));
        services.onChange((_, after) -> {
            if (after != null) {
                queue.add(Meta.key(after));
            }
        });
        pods.onChange(this::podChanged);
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

    private static java.util.Optional<ObjectKey> serviceOf(EndpointSlice slice) {
        var labels = Meta.labels(slice);
        return MANAGER.equals(labels.get(MANAGED_BY)) && labels.get(SERVICE_NAME) != null
                ? java.util.Optional.of(
                        new ObjectKey(Meta.namespace(slice), labels.get(SERVICE_NAME)))
                : java.util.Optional.empty();
    }

    Outcome reconcile(ObjectKey key) {
        var found = services.get(key);
        if (found.isEmpty() || !ServicePods.isSelecting(found.get())) {
            metrics.forget(key);
            times.forget(key);
            return Outcome.DONE; // owned slices go with their service
        }
        var service = found.get();
        var selected =
                pods.inNamespace(key.namespace()).stream()
                        .filter(pod -> ServicePods.selects(service, pod))
                        .toList();
        var existing =
                written
                        .over(
                                () -> slices.byIndex(BY_SERVICE, key.toString()),
                                slice -> serviceOf(slice).filter(key::equals).isPresent())
                        .stream()
                        .filter(slice -> !Meta.isTerminating(slice))
                        .toList();
        var lastChange = times.next(service, selected);
        var types = EndpointSliceRules.addressTypes(service);
        var round = new Round();
        try {
            existing.stream()
                    .filter(slice -> !types.contains(slice.getAddressType()))
                    .forEach(this::delete);
            for (var type : types) {
                sync(
                        service,
                        EndpointSliceRules.wanted(
                                service,
                                type,
                                selected,
                                name -> nodes.get(ObjectKey.clusterScoped(name))),
                        existing.stream()
                                .filter(slice -> slice.getAddressType().equals(type))
                                .toList(),
                        lastChange,
                        round);
            }
            metrics.synced(
                    service,
                    new SliceMetrics.Size(round.endpoints, round.slices, round.wanted),
                    round.added,
                    round.removed,
                    round.changed);
        } catch (StatusException refused) {
            if (refused.isNamespaceTerminating()) {
                return Outcome.DONE;
            }
            metrics.failed("error");
            if (!refused.isConflict()) {
                events.warning(
                        service,
                        "FailedToUpdateEndpointSlices",
                        "Error updating Endpoint Slices for Service %s: %s"
                                .formatted(key, refused.message()));
            }
            throw refused;
        }
        return Outcome.DONE;
    }

    /// What a round came to, for the metrics.
    private static final class Round {
        int endpoints;
        int slices;
        int wanted;
        int added;
        int removed;
        int changed;

        void add(
                EndpointSliceRules.Wanted aim,
                EndpointSliceRules.Plan plan,
                List<EndpointSlice> existing) {
            var before = EndpointSliceRules.addresses(existing);
            var after = aim.addresses();
            endpoints += after.size();
            added += (int) after.stream().filter(each -> !before.contains(each)).count();
            removed += (int) before.stream().filter(each -> !after.contains(each)).count();
            wanted += aim.fewestSlices();
            slices += existing.size() + plan.create().size() - plan.delete().size();
            changed += plan.create().size() + plan.update().size() + plan.delete().size();
        }
    }

    private void sync(
            Service service,
            EndpointSliceRules.Wanted wanted,
            List<EndpointSlice> existing,
            @Nullable String lastChange,
            Round round) {
        var plan = EndpointSliceRules.plan(existing, wanted);
        round.add(wanted, plan, existing);
        for (var content : plan.create()) {
            written.wrote(
                    api.create(
                            Kinds.ENDPOINT_SLICES,
                            filled(
                                    new EndpointSliceBuilder()
                                            .withNewMetadata()
                                            .withNamespace(Meta.namespace(service))
                                            .withGenerateName(prefix(Meta.name(service)))
                                            .withOwnerReferences(
                                                    Meta.controllerRef(Kinds.SERVICES, service))
                                            .withLabels(labels(service))
                                            .withAnnotations(annotations(Map.of(), lastChange))
                                            .endMetadata(),
                                    content)));
            metrics.wrote("create");
        }
        plan.update().forEach((slice, content) -> update(service, slice, content, lastChange));
        for (var slice : plan.keep()) {
            if (!labels(service).equals(Meta.labels(slice))) {
                var content =
                        new Content(slice.getAddressType(), slice.getPorts(), slice.getEndpoints());
                update(service, slice, content, lastChange);
            }
        }
        plan.delete().forEach(this::delete);
    }

    private void update(
            Service service, EndpointSlice slice, Content content, @Nullable String lastChange) {
        written.wrote(
                api.update(
                        Kinds.ENDPOINT_SLICES,
                        filled(
                                new EndpointSliceBuilder(slice)
                                        .editMetadata()
                                        .withLabels(labels(service))
                                        .withAnnotations(
                                                annotations(Meta.annotations(slice), lastChange))
                                        .endMetadata(),
                                content)));
        metrics.wrote("update");
    }

    private static Map<String, String> annotations(
            Map<String, String> before, @Nullable String lastChange) {
        var annotations = new LinkedHashMap<>(before);
        if (lastChange == null) {
            annotations.remove(ServicePods.TRIGGER_TIME);
        } else {
            annotations.put(ServicePods.TRIGGER_TIME, lastChange);
        }
        return annotations;
    }

    private static EndpointSlice filled(EndpointSliceBuilder slice, Content content) {
        return slice.withAddressType(content.addressType())
                .withPorts(content.ports())
                .withEndpoints(content.endpoints())
                .build();
    }

    private void delete(EndpointSlice slice) {
        try {
            api.delete(Kinds.ENDPOINT_SLICES, Meta.key(slice), Api.Delete.PLAIN);
            metrics.wrote("delete");
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
    }

    /// The service's own labels, and those that say whose slice it is.
    static Map<String, String> labels(Service service) {
        var labels = new LinkedHashMap<>(Meta.labels(service));
        labels.keySet().removeAll(Set.of(ServicePods.HEADLESS_LABEL));
        labels.put(SERVICE_NAME, Meta.name(service));
        labels.put(MANAGED_BY, MANAGER);
        if (ServicePods.isHeadless(service)) {
            labels.put(ServicePods.HEADLESS_LABEL, "");
        }
        return labels;
    }

    private static String prefix(String name) {
        return name.length() < 253 ? name + "-" : name;
    }
}
