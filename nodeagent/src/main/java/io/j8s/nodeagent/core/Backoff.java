package io.j8s.nodeagent.core;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// How long to wait before something that keeps failing is tried again: doubling from the first
/// delay to the longest one, forgotten after twice that without a failure. Safe for use by many
/// threads.
public final class Backoff {

    private static final int ENTRIES_MAX = 10_000;

    private record Wait(Duration delay, Instant updated) {}

    private final Duration first;
    private final Duration longest;
    private final Map<String, Wait> entries =
            new LinkedHashMap<>(64, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Wait> eldest) {
                    return size() > ENTRIES_MAX;
                }
            };

    public Backoff(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
    }

    /// The delay in force, zero when there is none.
    public synchronized Duration delay(String key) {
        var entry = entries.get(key);
        return entry == null ? Duration.ZERO : entry.delay();
    }

    /// Whether the wait that began at `since` is not over yet.
    public synchronized boolean isWaiting(String key, Instant since, Instant now) {
        var entry = entries.get(key);
        return entry != null
                && !isForgotten(entry, since)
                && now.isBefore(since.plus(entry.delay()));
    }

    /// As [#isWaiting], counted from the last [#next].
    public synchronized boolean isWaiting(String key, Instant now) {
        var entry = entries.get(key);
        return entry != null
                && !isForgotten(entry, now)
                && now.isBefore(entry.updated().plus(entry.delay()));
    }

    /// Records one more failure that happened at `at`.
    public synchronized void next(String key, Instant at, Instant now) {
        var entry = entries.get(key);
        var delay = first;
        if (entry != null && !isForgotten(entry, at)) {
            delay = entry.delay().multipliedBy(2);
            delay = delay.compareTo(longest) > 0 ? longest : delay;
        }
        entries.put(key, new Wait(delay, now));
    }

    /// When the wait that began at `since` is over.
    public synchronized Instant end(String key, Instant since) {
        var entry = entries.get(key);
        return entry == null ? since : since.plus(entry.delay());
    }

    public synchronized void forget(String keyPrefix) {
        entries.keySet().removeIf(key -> key.startsWith(keyPrefix));
    }

    private boolean isForgotten(Wait entry, Instant at) {
        return Duration.between(entry.updated(), at).compareTo(longest.multipliedBy(2)) > 0;
    }

    /// As Go prints it: `10s`, `1m20s`, `5m0s`.
    public static String inMessages(Duration delay) {
        long minutes = delay.toMinutes();
        return minutes == 0 ? delay.toSeconds() + "s" : minutes + "m" + delay.toSecondsPart() + "s";
    }
}
