package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// An informer's objects with changes on top that are about to be written (upstream:
/// `util/assumecache`). A change is gone as soon as the API has something newer. Safe for use by
/// many threads.
final class AssumedObjects<T extends HasMetadata> {

    private final Informer<T> informer;
    private final Map<ObjectKey, T> assumed = new ConcurrentHashMap<>();

    AssumedObjects(Informer<T> informer) {
        this.informer = informer;
    }

    Optional<T> get(ObjectKey key) {
        return informer.get(key).map(this::newest);
    }

    /// Without what is only assumed.
    Optional<T> fromApi(ObjectKey key) {
        return informer.get(key);
    }

    List<T> byIndex(String name, String value) {
        var found = informer.byIndex(name, value);
        return assumed.isEmpty() ? found : found.stream().map(this::newest).toList();
    }

    private T newest(T stored) {
        var change = assumed.get(Meta.key(stored));
        if (change == null) {
            return stored;
        }
        if (Meta.version(stored) > Meta.version(change)) {
            assumed.remove(Meta.key(stored), change);
            return stored;
        }
        return change;
    }

    /// @param changed a copy of what was read, with the same resource version
    void assume(T changed) {
        assumed.put(Meta.key(changed), changed);
    }

    void restore(T changed) {
        assumed.remove(Meta.key(changed));
    }
}
