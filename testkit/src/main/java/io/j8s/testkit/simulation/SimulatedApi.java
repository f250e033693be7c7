package io.j8s.testkit.simulation;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.StatusCauseBuilder;
import io.fabric8.kubernetes.api.model.StatusDetailsBuilder;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.ObjectJson;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The rules of the API server that controllers lean on, in a few hundred lines, one request at a
/// time: optimistic locking, generations, status apart from spec, graceful deletion, finalizers,
/// propagation, namespaces that end. What the real server decides beyond that (defaults,
/// validation, admission) is not simulated. It is the model for seeded runs, thousands a minute;
/// the real server in process is for everything else.
public final class SimulatedApi implements Api {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String CORE_KINDS = discovery(true);
    private static final String GROUPED_KINDS = discovery(false);

    /// One entry of a resource's history; `object` is the last state when it was deleted.
    record Entry(long revision, boolean isDeleted, HasMetadata object) {}

    /// A line of the log; it becomes text only where a run failed.
    private record Write(
            long revision, String verb, String resource, ObjectKey key, JsonNode status) {
        @Override
        public String toString() {
            return "%d %s %s %s %s".formatted(revision, verb, resource, key, status).strip();
        }
    }

    private record Stored(ObjectNode tree, HasMetadata typed) {}

    /// Refuses a request before it has any effect, to see how the controller bears it.
    @FunctionalInterface
    public interface Fault {
        @Nullable StatusException refuse(String verb, Kind<?> kind, ObjectKey key);
    }

    private final Timers timers;
    private final Map<GroupVersionResource, Map<ObjectKey, Stored>> objects = new HashMap<>();
    private final Map<GroupVersionResource, List<Entry>> history = new LinkedHashMap<>();
    private final Map<GroupVersionResource, Kind<?>> kinds = new LinkedHashMap<>();
    private final List<Event> events = new ArrayList<>();
    private final List<Write> log = new ArrayList<>();
    private Fault fault = (_, _, _) -> null;
    private long revision = 1;
    private long uids;

    public SimulatedApi(Timers timers) {
        this.timers = timers;
    }

    public void faults(Fault next) {
        this.fault = next;
    }

    /// All events that were recorded, in order.
    public List<Event> events() {
        return List.copyOf(events);
    }

    /// Every successful write, for a failing seed's report.
    public List<String> log() {
        return log.stream().map(Write::toString).toList();
    }

    public synchronized <T extends HasMetadata> List<T> all(Kind<T> kind) {
        return of(kind).values().stream().map(stored -> kind.type().cast(stored.typed)).toList();
    }

    public synchronized <T extends HasMetadata> Optional<T> find(
            Kind<T> kind, String namespace, String name) {
        return Optional.ofNullable(of(kind).get(new ObjectKey(namespace, name)))
                .map(stored -> kind.type().cast(stored.typed));
    }

    List<Entry> history(Kind<?> kind) {
        return history.computeIfAbsent(kind.resource(), _ -> new ArrayList<>());
    }

    @Override
    public synchronized <T extends HasMetadata> T get(Kind<T> kind, ObjectKey key) {
        return as(kind, require(kind, key));
    }

    private static <T extends HasMetadata> T as(Kind<T> kind, Stored stored) {
        return kind.type().isInstance(stored.typed)
                ? kind.type().cast(stored.typed)
                : decode(kind, stored.tree);
    }

    @Override
    public synchronized <T extends HasMetadata> T create(Kind<T> kind, T object) {
        if (object instanceof Event event) {
            events.add(event);
            return object;
        }
        var tree = tree(object);
        var meta = (ObjectNode) tree.get("metadata");
        if (!meta.has("name")) {
            meta.put("name", meta.path("generateName").asString("") + suffix());
        }
        var key = new ObjectKey(Meta.namespace(object), meta.get("name").asString());
        check("create", kind, key);
        checkNamespace(kind, key);
        if (of(kind).containsKey(key)) {
            throw new StatusException(
                    409,
                    "AlreadyExists",
                    "%s \"%s\" already exists".formatted(kind.groupResource(), key.name()));
        }
        meta.put("uid", "uid-%06d".formatted(++uids));
        meta.put("creationTimestamp", Meta.timestamp(timers.now()));
        meta.put("generation", 1);
        meta.remove("resourceVersion");
        tree.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
        if (isOf(kind, Kinds.PODS) && tree.path("status").path("phase").isMissingNode()) {
            tree.putObject("status").put("phase", "Pending");
        }
        return store("create", kind, key, tree);
    }

    @Override
    public synchronized <T extends HasMetadata> T update(Kind<T> kind, T object) {
        var key = Meta.key(object);
        check("update", kind, key);
        var before = require(kind, key);
        checkVersion(kind, key, before, object.getMetadata().getResourceVersion());
        var tree = tree(object);
        keep(before.tree, tree, "status");
        return replace("update", kind, key, before, tree);
    }

    @Override
    public synchronized <T extends HasMetadata> T updateSubresource(
            Kind<T> kind, String subresource, T object) {
        var key = Meta.key(object);
        check("update " + subresource, kind, key);
        var before = require(kind, key);
        checkVersion(kind, key, before, object.getMetadata().getResourceVersion());
        var tree = shallow(before.tree);
        keep(tree(object), tree, subresource.equals("finalize") ? "spec" : subresource);
        return replace("update " + subresource, kind, key, before, tree);
    }

    private Event countedAgain(ObjectKey key, Patch patch) {
        var event =
                events.stream()
                        .filter(each -> Meta.name(each).equals(key.name()))
                        .findFirst()
                        .orElseThrow();
        event.setCount(JSON.readTree(patch.body()).path("count").asInt(1));
        return event;
    }

    @Override
    public synchronized <T extends HasMetadata> T patch(Kind<T> kind, ObjectKey key, Patch patch) {
        if (isOf(kind, Kinds.EVENTS)) {
            return kind.type().cast(countedAgain(key, patch));
        }
        check("patch", kind, key);
        var before = require(kind, key);
        var change = (ObjectNode) JSON.readTree(patch.body());
        var uid = change.path("metadata").path("uid").asString("");
        if (!uid.isEmpty() && !uid.equals(Meta.uid(before.typed))) {
            throw conflict(
                    kind,
                    key,
                    "the UID in the precondition (%s) does not match the UID in record (%s). The object might have been deleted and then recreated"
                            .formatted(uid, Meta.uid(before.typed)));
        }
        var version = change.path("metadata").path("resourceVersion").asString("");
        checkVersion(kind, key, before, version);
        var tree = MergePatches.apply(before.tree, change, !patch.type().contains("/merge-patch"));
        if (patch.subresource().equals("status")) {
            var whole = shallow(before.tree);
            keep(tree, whole, "status");
            tree = whole;
        } else {
            keep(before.tree, tree, "status");
        }
        return replace("patch " + patch.subresource(), kind, key, before, tree);
    }

    /// Binds a pod, the only subresource that the model takes posts of.
    @Override
    public synchronized void post(Kind<?> kind, ObjectKey key, String subresource, String body) {
        check("create " + subresource, kind, key);
        var before = require(kind, key);
        var tree = before.tree.deepCopy();
        var target = JSON.readTree(body).path("target").path("name");
        var bound = tree.path("spec").path("nodeName").asString("");
        if (!bound.isEmpty()) {
            throw conflict(
                    kind,
                    key,
                    "pod %s is already assigned to node \"%s\"".formatted(key.name(), bound));
        }
        ((ObjectNode) tree.get("spec")).set("nodeName", target);
        replace("create " + subresource, kind, key, before, tree);
    }

    @Override
    public synchronized void delete(Kind<?> kind, ObjectKey key, Delete options) {
        check("delete", kind, key);
        var before = require(kind, key);
        if (options.uid() != null && !options.uid().equals(Meta.uid(before.typed))) {
            throw conflict(kind, key, "Precondition failed: UID in precondition: " + options.uid());
        }
        if (options.resourceVersion() != null) {
            checkVersion(kind, key, before, options.resourceVersion());
        }
        var tree = before.tree.deepCopy();
        var meta = (ObjectNode) tree.get("metadata");
        propagate(meta, options.propagation());
        long grace = grace(kind, before, options);
        boolean waits =
                grace > 0
                        || !meta.path("finalizers").isEmpty()
                        || !tree.path("spec").path("finalizers").isEmpty();
        if (!waits) {
            drop(kind, key, before);
            return;
        }
        if (!meta.has("deletionTimestamp")) {
            meta.put("deletionTimestamp", Meta.timestamp(timers.now().plusSeconds(grace)));
        }
        if (isOf(kind, Kinds.PODS)) {
            meta.put("deletionGracePeriodSeconds", grace);
        }
        if (isOf(kind, Kinds.NAMESPACES)) {
            ((ObjectNode) tree.get("status")).put("phase", "Terminating");
        }
        if (!tree.equals(before.tree)) {
            store("delete", typed(kind), key, tree);
        }
    }

    @Override
    public synchronized void deleteCollection(Kind<?> kind, String namespace, Delete options) {
        for (var key : List.copyOf(of(kind).keySet())) {
            if (key.namespace().equals(namespace)) {
                delete(kind, key, options);
            }
        }
    }

    @Override
    public synchronized <T extends HasMetadata> Page<T> list(Kind<T> kind, Query query) {
        var real = kinds.getOrDefault(kind.resource(), kind);
        var items = new ArrayList<T>();
        for (var stored : of(real).values()) {
            if (query.namespace().isEmpty()
                    || query.namespace().equals(Meta.namespace(stored.typed))) {
                items.add(as(kind, stored));
            }
        }
        return new Page<>(items, Long.toString(revision), "");
    }

    @Override
    public <T extends HasMetadata> WatchStream<T> watch(Kind<T> kind, WatchQuery query) {
        throw new UnsupportedOperationException("the simulation delivers events itself");
    }

    /// Discovery names every kind that controllers know.
    @Override
    public String getRaw(String path, String accept) {
        return path.equals("/api") ? CORE_KINDS : GROUPED_KINDS;
    }

    private static String discovery(boolean isCore) {
        var root = JSON.createObjectNode();
        var items = root.putArray("items");
        for (var kind : Kinds.ALL) {
            if (kind.group().isEmpty() == isCore) {
                var group = items.addObject();
                group.putObject("metadata").put("name", kind.group());
                var version = group.putArray("versions").addObject();
                version.put("version", kind.version());
                var resource = version.putArray("resources").addObject();
                resource.put("resource", kind.plural())
                        .put("scope", kind.isNamespaced() ? "Namespaced" : "Cluster");
                resource.putObject("responseKind").put("kind", kind.kind());
                var verbs = resource.putArray("verbs");
                List.of(
                                "create",
                                "delete",
                                "deletecollection",
                                "get",
                                "list",
                                "patch",
                                "update",
                                "watch")
                        .forEach(verbs::add);
            }
        }
        return root.toString();
    }

    private void propagate(ObjectNode meta, @Nullable String propagation) {
        var finalizer =
                switch (propagation) {
                    case "Foreground" -> "foregroundDeletion";
                    case "Orphan" -> "orphan";
                    case null, default -> null;
                };
        if (finalizer != null && !meta.has("deletionTimestamp")) {
            meta.withArray("finalizers").add(finalizer);
        }
    }

    /// Garbage collector and namespace controller know kinds by discovery, without their classes.
    private static boolean isOf(Kind<?> kind, Kind<?> known) {
        return kind.resource().equals(known.resource());
    }

    private long grace(Kind<?> kind, Stored before, Delete options) {
        if (!isOf(kind, Kinds.PODS)) {
            return 0;
        }
        var phase = before.tree.path("status").path("phase").asString("");
        if (before.tree.path("spec").path("nodeName").asString("").isEmpty()
                || phase.equals("Succeeded")
                || phase.equals("Failed")) {
            return 0;
        }
        if (options.graceSeconds() != null) {
            return options.graceSeconds();
        }
        return before.tree.path("spec").path("terminationGracePeriodSeconds").asLong(30);
    }

    private <T extends HasMetadata> T replace(
            String verb, Kind<T> kind, ObjectKey key, Stored before, ObjectNode tree) {
        var old = (ObjectNode) before.tree.get("metadata");
        var meta = (ObjectNode) tree.get("metadata");
        for (var fixed :
                List.of(
                        "uid",
                        "creationTimestamp",
                        "deletionTimestamp",
                        "deletionGracePeriodSeconds",
                        "generation",
                        "resourceVersion",
                        "name",
                        "namespace")) {
            keep(old, meta, fixed);
        }
        meta.remove("managedFields");
        if (tree.equals(before.tree)) {
            return as(kind, before); // upstream: an update without effect writes none
        }
        if (!tree.path("spec").equals(before.tree.path("spec"))) {
            meta.put("generation", old.path("generation").asLong() + 1);
        }
        boolean gone =
                meta.has("deletionTimestamp")
                        && meta.path("finalizers").isEmpty()
                        && meta.path("deletionGracePeriodSeconds").asLong(0) == 0
                        && tree.path("spec").path("finalizers").isEmpty();
        if (gone) {
            drop(kind, key, before);
            return decode(kind, tree);
        }
        return store(verb, kind, key, tree);
    }

    private <T extends HasMetadata> T store(
            String verb, Kind<T> kind, ObjectKey key, ObjectNode tree) {
        revision++;
        ((ObjectNode) tree.get("metadata")).put("resourceVersion", Long.toString(revision));
        Kind<?> real = kinds.computeIfAbsent(kind.resource(), _ -> kind);
        var typed = decode(real, tree);
        var stored = new Stored(tree, typed);
        of(kind).put(key, stored);
        history(kind).add(new Entry(revision, false, typed));
        log.add(new Write(revision, verb, kind.plural(), key, tree.path("status")));
        return as(kind, stored);
    }

    private void drop(Kind<?> kind, ObjectKey key, Stored before) {
        revision++;
        of(kind).remove(key);
        var tree = shallow(before.tree);
        ((ObjectNode) tree.get("metadata")).put("resourceVersion", Long.toString(revision));
        history(kind).add(new Entry(revision, true, decode(typed(kind), tree)));
        log.add(new Write(revision, "removed", kind.plural(), key, JSON.missingNode()));
    }

    private void checkNamespace(Kind<?> kind, ObjectKey key) {
        var namespace = of(Kinds.NAMESPACES).get(ObjectKey.clusterScoped(key.namespace()));
        if (kind.isNamespaced() && namespace != null && Meta.isTerminating(namespace.typed)) {
            throw new StatusException(
                    403,
                    "Forbidden",
                    "%s \"%s\" is forbidden: unable to create new content in namespace %s because it is being terminated"
                            .formatted(kind.groupResource(), key.name(), key.namespace()),
                    new StatusDetailsBuilder()
                            .withCauses(
                                    new StatusCauseBuilder()
                                            .withReason("NamespaceTerminating")
                                            .build())
                            .build());
        }
    }

    private void check(String verb, Kind<?> kind, ObjectKey key) {
        var refusal = fault.refuse(verb, kind, key);
        if (refusal != null) {
            throw refusal;
        }
    }

    private void checkVersion(
            Kind<?> kind, ObjectKey key, Stored before, @Nullable String version) {
        if (version != null
                && !version.isEmpty()
                && !version.equals(before.typed.getMetadata().getResourceVersion())) {
            throw conflict(
                    kind,
                    key,
                    "the object has been modified; please apply your changes to the latest version"
                            + " and try again");
        }
    }

    static StatusException conflict(Kind<?> kind, ObjectKey key, String cause) {
        return new StatusException(
                409,
                "Conflict",
                "Operation cannot be fulfilled on %s \"%s\": %s"
                        .formatted(kind.groupResource(), key.name(), cause));
    }

    private Stored require(Kind<?> kind, ObjectKey key) {
        var stored = of(kind).get(key);
        if (stored == null) {
            throw new StatusException(
                    404,
                    "NotFound",
                    "%s \"%s\" not found".formatted(kind.groupResource(), key.name()));
        }
        return stored;
    }

    private Map<ObjectKey, Stored> of(Kind<?> kind) {
        return objects.computeIfAbsent(kind.resource(), _ -> new TreeMap<>());
    }

    @SuppressWarnings("unchecked") // the first typed kind of a resource is kept
    private <T extends HasMetadata> Kind<T> typed(Kind<?> kind) {
        return (Kind<T>) kinds.getOrDefault(kind.resource(), kind);
    }

    private static ObjectNode tree(HasMetadata object) {
        return (ObjectNode) JSON.readTree(ObjectJson.write(object));
    }

    private static <T extends HasMetadata> T decode(Kind<T> kind, ObjectNode tree) {
        return ObjectJson.read(JSON.writeValueAsBytes(tree), kind.type());
    }

    private static void keep(ObjectNode from, ObjectNode to, String member) {
        var value = from.get(member);
        if (value == null) {
            to.remove(member);
        } else {
            to.set(member, value);
        }
    }

    /// A copy to exchange members of, or to change metadata of: the other members are shared.
    private static ObjectNode shallow(ObjectNode tree) {
        var copy = JSON.createObjectNode();
        copy.setAll(tree);
        copy.set("metadata", tree.get("metadata").deepCopy());
        return copy;
    }

    private String suffix() {
        return "%05d".formatted(revision);
    }
}
