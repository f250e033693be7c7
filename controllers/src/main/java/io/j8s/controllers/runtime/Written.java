package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// What a controller wrote and its informer has not delivered yet, laid over the cache so that it
/// reads its own writes (upstream has `MutationCache` for it). An entry ends when the informer has
/// caught up, at the latest after [#KEPT]. Safe for use by many threads.
public final class Written<T extends HasMetadata> {

    private static final Duration KEPT = Duration.ofMinutes(1);

    private record Entry<T>(T object, long atNanos) {}

    private final Timers timers;
    private final Map<String, Entry<T>> entries = new LinkedHashMap<>();

    public Written(Informer<T> informer, Timers timers) {
        this.timers = timers;
        informer.onChange((before, after) -> {
            if (after != null) {
                seen(after);
            } else if (before != null) {
                gone(Meta.uid(before));
            }
        });
    }

    public synchronized void wrote(T object) {
        entries.values().removeIf(this::isOld);
        entries.put(Meta.uid(object), new Entry<>(object, timers.nanoTime()));
    }

    /// The newest state known of a cached object.
    public synchronized T newest(T cached) {
        var own = entries.get(Meta.uid(cached));
        return own != null && isNewer(own.object, cached) ? own.object : cached;
    }

    /// The cached objects, each in its newest known state, and created ones that are not cached
    /// yet.
    ///
    /// @param belongs which of those created count
    public synchronized List<T> over(List<T> cached, Predicate<T> belongs) {
        entries.values().removeIf(this::isOld);
        var result = new ArrayList<T>();
        var uids = new HashSet<String>();
        for (var object : cached) {
            uids.add(Meta.uid(object));
            result.add(newest(object));
        }
        for (var entry : entries.values()) {
            if (!uids.contains(Meta.uid(entry.object)) && belongs.test(entry.object)) {
                result.add(entry.object);
            }
        }
        return result;
    }

    private synchronized void seen(T object) {
        var own = entries.get(Meta.uid(object));
        if (own != null && !isNewer(own.object, object)) {
            entries.remove(Meta.uid(object));
        }
    }

    private synchronized void gone(String uid) {
        entries.remove(uid);
    }

    private boolean isOld(Entry<T> entry) {
        return timers.nanoTime() - entry.atNanos > KEPT.toNanos();
    }

    private static boolean isNewer(HasMetadata a, HasMetadata b) {
        return Meta.version(a) > Meta.version(b);
    }
}
