package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// The cached objects of one kind with their indexes, and those who want to hear of changes.
///
/// One thread (a [Reflector], or a test) calls [#replace] and [#put]/[#remove]; any thread reads.
/// Two locks: this object's monitor guards the objects and is never held while foreign code runs,
/// so that a handler may read every informer, its own too; `turn` makes writers and new handlers
/// take turns, so that every handler hears of changes in their order. Handlers run on the writing
/// thread after the change can be read; they may only note keys and never wait for anything.
///
/// Cached objects are shared: nobody may change one, a copy is made with its builder. managedFields
/// are dropped, nobody here reads them.
public final class Informer<T extends HasMetadata> {

    private static final Logger log = LoggerFactory.getLogger(Informer.class);

    /// Hears of every change: `before` is null for a new object, `after` for a deleted one.
    @FunctionalInterface
    public interface Handler<T> {
        void changed(@Nullable T before, @Nullable T after);
    }

    private static final String NAMESPACE = "namespace";
    private static final String CONTROLLER = "controller";
    private static final String NO_CONTROLLER = "orphan/";

    private final Kind<T> kind;
    private final Map<ObjectKey, T> objects = new LinkedHashMap<>();
    private final Map<String, Function<T, Collection<String>>> indexes = new LinkedHashMap<>();
    private final Map<String, Map<String, Set<ObjectKey>>> indexed = new HashMap<>();
    private final ReentrantLock turn = new ReentrantLock();
    private final List<Handler<T>> handlers = new ArrayList<>();
    private final CompletableFuture<Void> synced = new CompletableFuture<>();
    private long version;
    private volatile @Nullable Throwable lastBug;

    /// One change, `before` null for a new object, `after` null for a deleted one.
    private record Changed<T>(@Nullable T before, @Nullable T after) {}

    public Informer(Kind<T> kind) {
        this.kind = kind;
        index(NAMESPACE, object -> List.of(Meta.namespace(object)));
        index(CONTROLLER, object -> List.of(controllerIndex(object)));
    }

    public Kind<T> kind() {
        return kind;
    }

    /// Adds an index, also over what is already cached; a name that is taken is left as it is.
    public synchronized void index(String name, Function<T, Collection<String>> values) {
        if (indexes.putIfAbsent(name, values) == null) {
            indexed.put(name, new HashMap<>());
            objects.forEach((key, object) -> enter(name, values.apply(object), key));
        }
    }

    /// Adds a handler, which at once hears of everything cached.
    public void onChange(Handler<T> handler) {
        turn.lock();
        try {
            handlers.add(handler);
            list().forEach(object -> tell(handler, new Changed<>(null, object)));
        } finally {
            turn.unlock();
        }
    }

    public synchronized Optional<T> get(ObjectKey key) {
        return Optional.ofNullable(objects.get(key));
    }

    public synchronized List<T> list() {
        return List.copyOf(objects.values());
    }

    public List<T> inNamespace(String namespace) {
        return byIndex(NAMESPACE, namespace);
    }

    public synchronized boolean isEmptyIn(String namespace) {
        var keys = indexed.getOrDefault(NAMESPACE, Map.of()).get(namespace);
        return keys == null || keys.isEmpty();
    }

    /// What has an owner reference with `controller: true` to this uid.
    public List<T> controlledBy(String uid) {
        return byIndex(CONTROLLER, uid);
    }

    /// What no controller owns, in one namespace.
    public List<T> uncontrolledIn(String namespace) {
        return byIndex(CONTROLLER, NO_CONTROLLER + namespace);
    }

    public synchronized List<T> byIndex(String name, String value) {
        var index = indexed.get(name);
        if (index == null) {
            throw new IllegalStateException("no index " + name + " of " + kind.plural());
        }
        var keys = index.getOrDefault(value, Set.of());
        var found = new ArrayList<T>(keys.size());
        for (var key : keys) {
            var object = objects.get(key);
            if (object != null) {
                found.add(object);
            }
        }
        return found;
    }

    public boolean hasSynced() {
        return synced.isDone();
    }

    /// Completes when the first list is in.
    public CompletableFuture<Void> synced() {
        return synced;
    }

    /// The newest revision of the cluster at which this cache is known to be complete: what was
    /// written to an object of this kind up to it can be read here, or was deleted again.
    public synchronized long version() {
        return version;
    }

    /// The last exception that a handler threw, or null. The others hear of the change
    /// nevertheless.
    public @Nullable Throwable lastBug() {
        return lastBug;
    }

    /// Takes a fresh list as the whole truth: what is not in it was deleted meanwhile.
    ///
    /// @param listVersion the list's own resource version
    public void replace(Collection<T> all, String listVersion) {
        turn.lock();
        try {
            tell(replaced(all, listVersion));
            synced.complete(null);
        } finally {
            turn.unlock();
        }
    }

    public void put(T object) {
        turn.lock();
        try {
            tell(updated(object));
        } finally {
            turn.unlock();
        }
    }

    public void remove(T last) {
        turn.lock();
        try {
            last.getMetadata().setManagedFields(new ArrayList<>());
            tell(dropped(Meta.key(last), last));
        } finally {
            turn.unlock();
        }
    }

    /// Nothing has changed up to this revision but what was put and removed.
    synchronized void reached(String newer) {
        version = Math.max(version, Long.parseUnsignedLong(newer));
    }

    private synchronized List<Changed<T>> replaced(Collection<T> all, String listVersion) {
        var changes = new ArrayList<Changed<T>>();
        var listed = new HashSet<ObjectKey>();
        for (var object : all) {
            listed.add(Meta.key(object));
            changes.addAll(entered(object));
        }
        for (var key : List.copyOf(objects.keySet())) {
            if (!listed.contains(key)) {
                changes.addAll(dropped(key, null));
            }
        }
        if (!listVersion.isEmpty()) {
            version = Long.parseUnsignedLong(listVersion); // lower when the server was restored
        }
        return changes;
    }

    private synchronized List<Changed<T>> updated(T object) {
        return isOlder(object, objects.get(Meta.key(object)))
                ? List.of() // a server behind the others must not turn the cache back
                : entered(object);
    }

    private List<Changed<T>> entered(T object) {
        object.getMetadata().setManagedFields(new ArrayList<>());
        version = Math.max(version, Meta.version(object));
        var key = Meta.key(object);
        var before = objects.put(key, object);
        if (before != null) {
            leave(before, key);
        }
        indexes.forEach((name, values) -> enter(name, values.apply(object), key));
        return before == null || Meta.uid(before).equals(Meta.uid(object))
                ? List.of(new Changed<>(before, object))
                // deleted and created again between two lists
                : List.of(new Changed<>(before, null), new Changed<>(null, object));
    }

    private static boolean isOlder(HasMetadata object, @Nullable HasMetadata known) {
        return known != null
                && Meta.uid(known).equals(Meta.uid(object))
                && Meta.version(object) < Meta.version(known);
    }

    private synchronized List<Changed<T>> dropped(ObjectKey key, @Nullable T last) {
        if (last != null) {
            version = Math.max(version, Meta.version(last));
        }
        var before = objects.remove(key);
        if (before == null) {
            return List.of();
        }
        leave(before, key);
        return List.of(new Changed<>(last == null ? before : last, null));
    }

    private void tell(List<Changed<T>> changes) {
        for (var change : changes) {
            handlers.forEach(handler -> tell(handler, change));
        }
    }

    private void tell(Handler<T> handler, Changed<T> change) {
        try {
            handler.changed(change.before, change.after);
        } catch (RuntimeException
                | StackOverflowError
                | LinkageError bug) { // one reader's failure must not make the others miss it
            lastBug = bug;
            log.atError()
                    .setCause(bug)
                    .addKeyValue("resource", kind.groupResource())
                    .log("a handler of changes failed");
        }
    }

    private void enter(String name, Collection<String> values, ObjectKey key) {
        var index = indexed.computeIfAbsent(name, _ -> new HashMap<>());
        for (var value : values) {
            index.computeIfAbsent(value, _ -> new LinkedHashSet<>()).add(key);
        }
    }

    private void leave(T object, ObjectKey key) {
        indexes.forEach((name, values) -> {
            var index = indexed.computeIfAbsent(name, _ -> new HashMap<>());
            for (var value : values.apply(object)) {
                index.computeIfPresent(
                        value,
                        (_, keys) -> {
                            keys.remove(key);
                            return keys.isEmpty() ? null : keys;
                        });
            }
        });
    }

    private String controllerIndex(T object) {
        var controller = Meta.controllerOf(object);
        return controller == null ? NO_CONTROLLER + Meta.namespace(object) : controller.getUid();
    }
}
