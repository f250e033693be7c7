package io.j8s.controllers.gc;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.j8s.controllers.gc.DependencyGraph.Node;
import io.j8s.controllers.gc.DependencyGraph.Todo;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Discovery;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Measures;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;
import io.prometheus.metrics.core.metrics.Counter;

import org.jspecify.annotations.Nullable;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Deletes what has no owner left, holds what is deleted in the foreground until its dependents are
/// gone, and sets dependents free where the deletion says so (upstream:
/// `pkg/controller/garbagecollector`). It watches every resource that can be deleted, listed and
/// watched; new ones are found when a CRD or APIService changes.
public final class GarbageCollector implements Controller {

    private static final Set<GroupResource> IGNORED =
            Set.of(new GroupResource("", "events"), new GroupResource("events.k8s.io", "events"));
    private static final Duration DISCOVER_AFTER = Duration.ofSeconds(1);
    private static final Duration UNSYNCED = Duration.ofMillis(200);
    private static final Duration UNOBSERVED = Duration.ofMinutes(1);
    private static final int ABSENT_MAX = 500; // upstream: the size of absentOwnerCache

    /// What is to be done with one object, given how its owners fare.
    sealed interface Plan {
        record Leave() implements Plan {}

        /// Owners remain: only references to the others go.
        record DropReferences(Set<String> uids) implements Plan {
            public DropReferences {
                uids = Set.copyOf(uids);
            }
        }

        /// @param unblock whether this object's own references must stop blocking: a circle
        record Delete(String propagation, boolean unblock) implements Plan {}
    }

    /// @param solid owners that live
    /// @param dangling references to nothing
    /// @param waiting owners that wait for their dependents to go
    record Owners(Set<String> solid, Set<String> dangling, Set<String> waiting) {
        public Owners {
            solid = Set.copyOf(solid);
            dangling = Set.copyOf(dangling);
            waiting = Set.copyOf(waiting);
        }
    }

    private record Absent(String uid, String group, String kind, String namespace, String name) {}

    private final Api api;
    private final EventRecorder events;
    private final Informers informers;
    private final DependencyGraph graph = new DependencyGraph();
    private final Map<GroupVersionResource, Informer<?>> monitors = new ConcurrentHashMap<>();
    private final Map<Absent, Boolean> absent = bounded();
    private final WorkQueue<String> toCheck;
    private final WorkQueue<String> toOrphan;
    private final WorkQueue<String> discovery;
    private final Counter syncErrors;
    private final List<ControllerLoop<?>> loops;
    private volatile Map<String, Discovery.Resource> byGroupKind = Map.of();

    public GarbageCollector(ControllerContext context) {
        this.api = context.api();
        this.events = context.events();
        this.informers = context.informers();
        this.toCheck = context.keyedQueue("garbage_collector_attempt_to_delete");
        this.toOrphan = context.keyedQueue("garbage_collector_attempt_to_orphan");
        this.syncErrors =
                context.measures()
                        .counter(
                                Measures.Stability.ALPHA,
                                "garbagecollector_controller_resources_sync_error_total",
                                "Number of garbage collector resources sync errors");
        this.discovery = context.keyedQueue("garbage_collector_discovery");
        this.loops =
                List.of(
                        context.loop(discovery, _ -> discover(), 1),
                        context.loop(toCheck, this::check, 20),
                        context.loop(toOrphan, this::orphan, 20));
        context.informer(Kinds.CUSTOM_RESOURCE_DEFINITIONS)
                .onChange((_, _) -> discovery.addAfter("", DISCOVER_AFTER));
        context.informer(Kinds.API_SERVICES)
                .onChange((_, _) -> discovery.addAfter("", DISCOVER_AFTER));
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    @Override
    public void started() {
        discovery.add("");
    }

    private Outcome discover() {
        try {
            return discoverOnce();
        } catch (StatusException | UncheckedIOException failed) {
            syncErrors.inc();
            throw failed;
        }
    }

    private Outcome discoverOnce() {
        var found = Discovery.preferred(api);
        var watched = new HashSet<GroupVersionResource>();
        byGroupKind =
                found.resources().stream()
                        .collect(
                                Collectors.toMap(
                                        r -> r.resource().group() + "/" + r.kind(),
                                        r -> r,
                                        (first, _) -> first));
        for (var resource : found.resources()) {
            if (resource.supports("delete", "list", "watch")
                    && !IGNORED.contains(resource.resource().groupResource())) {
                watched.add(resource.resource());
                if (!monitors.containsKey(resource.resource())) {
                    var informer =
                            informers.of(
                                    resource.resource(), resource.kind(), resource.isNamespaced());
                    monitors.put(resource.resource(), informer);
                    monitor(informer);
                }
            }
        }
        if (found.failedGroups().isEmpty()) {
            monitors.keySet().stream()
                    .filter(known -> !watched.contains(known))
                    .forEach(this::drop);
        }
        return found.failedGroups().isEmpty()
                ? Outcome.DONE
                : new Outcome.Again(Duration.ofSeconds(30));
    }

    private <T extends HasMetadata> void monitor(Informer<T> informer) {
        var kind = informer.kind();
        informer.onChange((before, after) -> {
            if (after != null) {
                enqueue(graph.put(kind, after), after);
            } else if (before != null) {
                var dead = graph.remove(Meta.uid(before));
                if (!dead.check().isEmpty()) {
                    remember(kind, before);
                }
                enqueue(dead, before);
            }
        });
    }

    private void drop(GroupVersionResource resource) {
        var informer = monitors.remove(resource);
        if (informer != null) {
            informers.drop(resource);
            graph.uidsOf(informer.kind()).forEach(uid -> enqueue(graph.remove(uid), null));
        }
    }

    private void enqueue(Todo todo, @Nullable HasMetadata cause) {
        todo.check().forEach(toCheck::add);
        todo.orphan().forEach(toOrphan::add);
        var wrong = todo.wrongNamespace();
        if (wrong != null && cause != null) {
            events.warning(
                    cause,
                    "OwnerRefInvalidNamespace",
                    "ownerRef [%s/%s, namespace: %s, name: %s, uid: %s] does not exist in namespace %s"
                            .formatted(
                                    wrong.getApiVersion(),
                                    wrong.getKind(),
                                    Meta.namespace(cause),
                                    wrong.getName(),
                                    wrong.getUid(),
                                    FieldErrors.quote(Meta.namespace(cause))));
        }
    }

    private boolean isReady() {
        return !monitors.isEmpty() && monitors.values().stream().allMatch(Informer::hasSynced);
    }

    Outcome check(String uid) {
        if (!isReady()) {
            return new Outcome.Again(UNSYNCED); // a missing owner may only not be listed yet
        }
        var node = graph.node(uid);
        if (node == null || (node.isTerminating() && !node.waitsForDependents())) {
            return Outcome.DONE;
        }
        if (!node.waitsForDependents() && allOwnersLive(node)) {
            return Outcome.DONE;
        }
        var kind = metadataOf(node.kind());
        var found = read(kind, node.key());
        if (found == null || !Meta.uid(found).equals(uid)) {
            enqueue(graph.remove(uid), null); // the informer has not heard of it yet
            return Outcome.DONE;
        }
        if (node.waitsForDependents()) {
            return finishForeground(kind, node, found);
        }
        return act(kind, node, found);
    }

    private boolean allOwnersLive(Node node) {
        return node.owners().stream()
                .allMatch(ref -> {
                    var owner = graph.node(ref.getUid());
                    return owner != null
                            && owner.isMeantBy(ref, node.key().namespace())
                            && !owner.waitsForDependents();
                });
    }

    private Outcome finishForeground(
            Kind<GenericKubernetesResource> kind, Node node, HasMetadata latest) {
        var blocking =
                graph.dependentsOf(node.uid()).stream()
                        .filter(dependent -> dependent.blocks(node.uid()))
                        .toList();
        if (blocking.isEmpty()) {
            removeFinalizer(kind, latest, DependencyGraph.FOREGROUND);
        } else {
            blocking.stream()
                    .filter(dependent -> !dependent.waitsForDependents())
                    .forEach(dependent -> toCheck.add(dependent.uid()));
        }
        return Outcome.DONE;
    }

    private Outcome act(Kind<GenericKubernetesResource> kind, Node node, HasMetadata latest) {
        if (Meta.owners(latest).isEmpty()) {
            return Outcome.DONE;
        }
        var owners = classify(node, latest);
        if (owners == null) {
            return Outcome.DONE; // upstream: a cluster-scoped object with a namespaced owner stays
        }
        var dependents = graph.dependentsOf(node.uid());
        boolean circle = dependents.stream().anyMatch(Node::waitsForDependents);
        switch (plan(owners, Meta.finalizers(latest), !dependents.isEmpty(), circle)) {
            case Plan.Leave() -> {
                return isObserved(node) ? Outcome.DONE : new Outcome.Again(UNOBSERVED);
            }
            case Plan.DropReferences(var uids) ->
                    patchOwners(kind, latest, ref -> !uids.contains(ref.getUid()), false);
            case Plan.Delete(var propagation, var unblock) ->
                    delete(kind, node, latest, propagation, unblock);
        }
        return Outcome.DONE;
    }

    /// Pure: what becomes of an object.
    static Plan plan(
            Owners owners, List<String> finalizers, boolean hasDependents, boolean circle) {
        if (!owners.solid.isEmpty()) {
            var drop = new HashSet<>(owners.dangling);
            drop.addAll(owners.waiting);
            return drop.isEmpty() ? new Plan.Leave() : new Plan.DropReferences(drop);
        }
        if (!owners.waiting.isEmpty() && hasDependents) {
            return new Plan.Delete("Foreground", circle);
        }
        if (finalizers.contains(DependencyGraph.ORPHAN)) {
            return new Plan.Delete("Orphan", false);
        }
        return new Plan.Delete(
                finalizers.contains(DependencyGraph.FOREGROUND) ? "Foreground" : "Background",
                false);
    }

    private boolean isObserved(Node node) {
        return node.owners().stream().allMatch(ref -> graph.node(ref.getUid()) != null);
    }

    private @Nullable Owners classify(Node node, HasMetadata latest) {
        var solid = new HashSet<String>();
        var dangling = new HashSet<String>();
        var waiting = new HashSet<String>();
        for (var ref : Meta.owners(latest)) {
            var known = graph.node(ref.getUid());
            if (known != null && known.isMeantBy(ref, node.key().namespace())) {
                (known.waitsForDependents() ? waiting : solid).add(ref.getUid());
                continue;
            }
            var resource =
                    byGroupKind.get(
                            DependencyGraph.group(ref.getApiVersion()) + "/" + ref.getKind());
            if (resource == null) {
                throw new StatusException(
                        404,
                        "",
                        "no matches for kind \"%s\" in version \"%s\""
                                .formatted(ref.getKind(), ref.getApiVersion()));
            }
            if (resource.isNamespaced() && node.key().namespace().isEmpty()) {
                return null;
            }
            var owner = liveOwner(ref, resource, node.key().namespace());
            if (owner == null) {
                dangling.add(ref.getUid());
            } else if (Meta.isTerminating(owner)
                    && DependencyGraph.hasFinalizer(owner, DependencyGraph.FOREGROUND)) {
                waiting.add(ref.getUid());
            } else {
                solid.add(ref.getUid());
            }
        }
        return new Owners(solid, dangling, waiting);
    }

    private @Nullable HasMetadata liveOwner(
            OwnerReference ref, Discovery.Resource resource, String namespace) {
        var scope = resource.isNamespaced() ? namespace : "";
        var coordinates =
                new Absent(
                        ref.getUid(),
                        resource.resource().group(),
                        resource.kind(),
                        scope,
                        ref.getName());
        if (absent.containsKey(coordinates)) {
            return null;
        }
        var owner = read(metadataOf(resource), new ObjectKey(scope, ref.getName()));
        if (owner == null || !Meta.uid(owner).equals(ref.getUid())) {
            absent.put(coordinates, true);
            return null;
        }
        return owner;
    }

    private void remember(Kind<?> kind, HasMetadata gone) {
        absent.put(
                new Absent(
                        Meta.uid(gone),
                        kind.group(),
                        kind.kind(),
                        Meta.namespace(gone),
                        Meta.name(gone)),
                true);
    }

    private void delete(
            Kind<GenericKubernetesResource> kind,
            Node node,
            HasMetadata latest,
            String propagation,
            boolean unblock) {
        var current = latest;
        if (unblock) {
            current = patchOwners(kind, latest, _ -> true, true);
        }
        try {
            api.delete(
                    kind,
                    node.key(),
                    new Api.Delete(
                            propagation,
                            node.uid(),
                            current.getMetadata().getResourceVersion(),
                            null));
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
            enqueue(graph.remove(node.uid()), null);
        }
    }

    Outcome orphan(String uid) {
        if (!isReady()) {
            return new Outcome.Again(UNSYNCED);
        }
        var node = graph.node(uid);
        if (node == null) {
            return Outcome.DONE;
        }
        for (var dependent : graph.dependentsOf(uid)) {
            var kind = metadataOf(dependent.kind());
            var latest = read(kind, dependent.key());
            if (latest != null && Meta.uid(latest).equals(dependent.uid())) {
                patchOwners(kind, latest, ref -> !ref.getUid().equals(uid), false);
            }
        }
        var kind = metadataOf(node.kind());
        var latest = read(kind, node.key());
        if (latest != null && Meta.uid(latest).equals(uid)) {
            removeFinalizer(kind, latest, DependencyGraph.ORPHAN);
        }
        return Outcome.DONE;
    }

    /// Writes the owner references that pass, on exactly the version that was read.
    private HasMetadata patchOwners(
            Kind<GenericKubernetesResource> kind,
            HasMetadata latest,
            Predicate<OwnerReference> keep,
            boolean unblock) {
        var kept =
                Meta.owners(latest).stream()
                        .filter(keep)
                        .map(ref -> json(ref, unblock))
                        .collect(Collectors.joining(","));
        return patch(kind, latest, "\"ownerReferences\":[" + kept + "]");
    }

    private static String json(OwnerReference ref, boolean unblock) {
        var text =
                new StringBuilder(
                        "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"name\":\"%s\",\"uid\":\"%s\""
                                .formatted(
                                        ref.getApiVersion(),
                                        ref.getKind(),
                                        ref.getName(),
                                        ref.getUid()));
        if (ref.getController() != null) {
            text.append(",\"controller\":").append(ref.getController());
        }
        if (ref.getBlockOwnerDeletion() != null) {
            text.append(",\"blockOwnerDeletion\":").append(!unblock && ref.getBlockOwnerDeletion());
        }
        return text.append('}').toString();
    }

    private void removeFinalizer(
            Kind<GenericKubernetesResource> kind, HasMetadata latest, String finalizer) {
        if (!DependencyGraph.hasFinalizer(latest, finalizer)) {
            return;
        }
        var rest =
                Meta.finalizers(latest).stream()
                        .filter(name -> !name.equals(finalizer))
                        .map(FieldErrors::quote)
                        .collect(Collectors.joining(","));
        patch(kind, latest, "\"finalizers\":[" + rest + "]");
    }

    private HasMetadata patch(
            Kind<GenericKubernetesResource> kind, HasMetadata latest, String member) {
        var body =
                "{\"metadata\":{\"resourceVersion\":\"%s\",%s}}"
                        .formatted(latest.getMetadata().getResourceVersion(), member);
        try {
            return api.patch(kind, Meta.key(latest), Api.Patch.merge(body));
        } catch (StatusException refused) {
            if (refused.isNotFound()) {
                return latest;
            }
            throw refused;
        }
    }

    private @Nullable HasMetadata read(Kind<GenericKubernetesResource> kind, ObjectKey key) {
        try {
            return api.get(kind, key);
        } catch (StatusException refused) {
            if (refused.isNotFound()) {
                return null;
            }
            throw refused;
        }
    }

    private static Kind<GenericKubernetesResource> metadataOf(Kind<?> kind) {
        return new Kind<>(
                GenericKubernetesResource.class,
                kind.group(),
                kind.version(),
                kind.plural(),
                kind.kind(),
                kind.isNamespaced(),
                true);
    }

    private static Kind<GenericKubernetesResource> metadataOf(Discovery.Resource resource) {
        return new Kind<>(
                GenericKubernetesResource.class,
                resource.resource().group(),
                resource.resource().version(),
                resource.resource().resource(),
                resource.kind(),
                resource.isNamespaced(),
                true);
    }

    private static Map<Absent, Boolean> bounded() {
        return java.util.Collections.synchronizedMap(
                new LinkedHashMap<>(16, 0.75f, true) {
                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Absent, Boolean> eldest) {
                        return size() > ABSENT_MAX;
                    }
                });
    }
}
