package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// What a controller wrote and its informer has not delivered yet, laid over the cache so that it
/// reads its own writes (upstream has `MutationCache` for it). An entry counts until the informer
/// has come as far as the write, whatever became of the object since: one that was deleted at once
/// must not come back from here. Safe for use by many threads.
public final class Written<T extends HasMetadata> {

    private final Informer<T> informer;
    private final Map<String, T> entries = new LinkedHashMap<>();

    public Written(Informer<T> informer) {
        this.informer = informer;
        informer.onChange((_, _) -> forgetWhatIsCached());
    }

    public void wrote(T object) {
        synchronized (this) {
            entries.merge(Meta.uid(object), object, (a, b) -> isNewer(a, b) ? a : b);
        }
        forgetWhatIsCached(); // the informer may have been faster than the answer
    }

    /// The newest state known of an object.
    public T newest(T known) {
        var cached =
                informer.get(Meta.key(known))
                        .filter(object -> Meta.uid(object).equals(Meta.uid(known)))
                        .filter(object -> isNewer(object, known))
                        .orElse(known);
        synchronized (this) {
            var own = entries.get(Meta.uid(known));
            return own != null && isNewer(own, cached) ? own : cached;
        }
    }

    /// The cached objects, each in its newest known state, and created ones that are not cached
    /// yet.
    ///
    /// @param cached reads the cache; what was written is looked at first, so that no object falls
    ///   between the two
    /// @param belongs which of those created count
    public List<T> over(Supplier<List<T>> cached, Predicate<T> belongs) {
        forgetWhatIsCached();
        Map<String, T> own;
        synchronized (this) {
            own = new LinkedHashMap<>(entries);
        }
        var result = new ArrayList<T>();
        var uids = new HashSet<String>();
        for (var object : cached.get()) {
            uids.add(Meta.uid(object));
            var written = own.get(Meta.uid(object));
            result.add(written != null && isNewer(written, object) ? written : object);
        }
        for (var object : own.values()) {
            if (!uids.contains(Meta.uid(object)) && belongs.test(object)) {
                result.add(object);
            }
        }
        return result;
    }

    private void forgetWhatIsCached() {
        synchronized (this) {
            if (entries.isEmpty()) {
                return;
            }
        }
        long seen = informer.version();
        synchronized (this) {
            entries.values().removeIf(object -> Meta.version(object) <= seen);
        }
    }

    private static boolean isNewer(HasMetadata a, HasMetadata b) {
        return Meta.version(a) > Meta.version(b);
    }
}
