package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

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
import java.util.function.Function;

/// The cached objects of one kind with their indexes, and those who want to hear of changes.
///
/// One thread (a [Reflector], or a test) calls [#replace] and [#put]/[#remove]; any thread reads.
/// Everything is guarded by this object's monitor; handlers run inside of it, in the order of
/// changes, so they may only note keys and never block. Cached objects are shared: nobody may
/// change one, a copy is made with its builder. managedFields are dropped, nobody here reads them.
public final class Informer<T extends HasMetadata> {

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
    private final List<Handler<T>> handlers = new ArrayList<>();
    private final CompletableFuture<Void> synced = new CompletableFuture<>();

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
    public synchronized void onChange(Handler<T> handler) {
        handlers.add(handler);
        for (var object : objects.values()) {
            handler.changed(null, object);
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

    /// Takes a fresh list as the whole truth: what is not in it was deleted meanwhile.
    public synchronized void replace(Collection<T> all) {
        var listed = new HashSet<ObjectKey>();
        for (var object : all) {
            listed.add(Meta.key(object));
            put(object);
        }
        for (var key : List.copyOf(objects.keySet())) {
            if (!listed.contains(key)) {
                drop(key, null);
            }
        }
        synced.complete(null);
    }

    public synchronized void put(T object) {
        object.getMetadata().setManagedFields(new ArrayList<>());
        var key = Meta.key(object);
        if (isOlder(object, objects.get(key))) {
            return; // a server behind the others must not turn the cache back
        }
        var before = objects.put(key, object);
        if (before != null && !Meta.uid(before).equals(Meta.uid(object))) {
            leave(before, key); // deleted and created again between two lists
            tell(before, null);
            before = null;
        } else if (before != null) {
            leave(before, key);
        }
        indexes.forEach((name, values) -> enter(name, values.apply(object), key));
        tell(before, object);
    }

    private static boolean isOlder(HasMetadata object, @Nullable HasMetadata known) {
        return known != null
                && Meta.uid(known).equals(Meta.uid(object))
                && Meta.version(object) < Meta.version(known);
    }

    public synchronized void remove(T last) {
        last.getMetadata().setManagedFields(new ArrayList<>());
        drop(Meta.key(last), last);
    }

    private void drop(ObjectKey key, @Nullable T last) {
        var before = objects.remove(key);
        if (before != null) {
            leave(before, key);
            tell(last == null ? before : last, null);
        }
    }

    private void tell(@Nullable T before, @Nullable T after) {
        for (var handler : handlers) {
            handler.changed(before, after);
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
