package io.j8s.controllers.runtime;

import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// What a controller has done and not yet seen in its cache: until all of it is seen (or five
/// minutes went by) the cache is too old to count on (upstream: `ControllerExpectations` and its
/// variant that tracks deletions by uid). Safe for use by many threads.
public final class Expectations<K> {

    private static final Duration TIMEOUT = Duration.ofMinutes(5); // upstream: ExpectationsTimeout

    private final Timers timers;
    private final Map<K, Pending> pending = new HashMap<>();

    private static final class Pending {
        int creations;
        final Set<String> deletions = new HashSet<>();
        long since;
    }

    public Expectations(Timers timers) {
        this.timers = timers;
    }

    public synchronized void expectCreations(K key, int count) {
        var entry = fresh(key);
        entry.creations = count;
    }

    public synchronized void expectDeletions(K key, Collection<String> uids) {
        var entry = fresh(key);
        entry.deletions.addAll(uids);
    }

    public synchronized void expect(K key, int creations, Collection<String> deletions) {
        var entry = fresh(key);
        entry.creations = creations;
        entry.deletions.addAll(deletions);
    }

    /// A creation was seen, or failed and will never be seen.
    public synchronized void created(K key) {
        var entry = pending.get(key);
        if (entry != null && entry.creations > 0) {
            entry.creations--;
        }
    }

    public synchronized void deleted(K key, String uid) {
        var entry = pending.get(key);
        if (entry != null) {
            entry.deletions.remove(uid);
        }
    }

    public synchronized void forget(K key) {
        pending.remove(key);
    }

    public synchronized boolean satisfied(K key) {
        var entry = pending.get(key);
        return entry == null
                || (entry.creations <= 0 && entry.deletions.isEmpty())
                || timers.nanoTime() - entry.since > TIMEOUT.toNanos();
    }

    private Pending fresh(K key) {
        var entry = new Pending();
        entry.since = timers.nanoTime();
        pending.put(key, entry);
        return entry;
    }
}
