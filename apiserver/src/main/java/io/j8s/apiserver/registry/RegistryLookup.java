package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.EncodedObject;
import io.j8s.apiserver.cache.Freshness;
import io.j8s.apiserver.cache.ObjectSnapshot;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TypedView;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// What the server's own parts read, from the caches. Any thread.
public final class RegistryLookup implements Lookup {

    private final Registry registry;
    private final ObjectStore store;
    private final Subscriptions subscriptions;

    public RegistryLookup(Registry registry, ObjectStore store, Subscriptions subscriptions) {
        this.registry = registry;
        this.store = store;
        this.subscriptions = subscriptions;
    }

    @Override
    public Optional<Tree> get(GroupResource resource, ObjectKey key) {
        var found = registry.find(resource);
        return found == null
                ? Optional.empty()
                : Optional.ofNullable(cached(found, key)).map(found.stored()::tree);
    }

    private static @Nullable EncodedObject cached(ServedResource resource, ObjectKey key) {
        ObjectSnapshot snapshot = resource.reader().now(Freshness.ANY);
        if (snapshot == null) {
            return null;
        }
        try {
            return snapshot.get(key);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public <T> Optional<T> get(GroupResource resource, ObjectKey key, Class<T> view) {
        return get(resource, key).map(tree -> TypedView.read(tree, view));
    }

    @Override
    public Optional<Tree> getFresh(GroupResource resource, ObjectKey key)
            throws InterruptedException {
        var found = registry.find(resource);
        if (found == null) {
            return Optional.empty();
        }
        var stored = store.read(found.stored(), key);
        return stored == null ? Optional.empty() : Optional.of(stored.object());
    }

    @Override
    public List<Tree> list(GroupResource resource, String namespace) {
        var found = registry.find(resource);
        return found == null
                ? List.of()
                : Registry.cached(found, namespace.isEmpty() ? null : namespace).stream()
                        .map(found.stored()::tree)
                        .toList();
    }

    @Override
    public <T> List<T> list(GroupResource resource, String namespace, Class<T> view) {
        return list(resource, namespace).stream().map(tree -> TypedView.read(tree, view)).toList();
    }

    @Override
    public void subscribe(GroupResource resource, Listener listener) {
        var found = registry.find(resource);
        if (found == null) {
            throw new IllegalStateException("no such resource: " + resource);
        }
        subscriptions.open(found, listener);
    }
}
