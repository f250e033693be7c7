package io.j8s.controllers.runtime;

import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// How long a failing key waits: the longer of its own exponential backoff and of a token bucket
/// over all keys (upstream: `workqueue.DefaultTypedControllerRateLimiter`). Safe for use by many
/// threads.
public final class Backoff<K> {

    private static final double REFILL_PER_SECOND = 10; // upstream: 10 qps, 100 burst
    private static final double BURST = 100;

    private final Timers timers;
    private final Duration first;
    private final Duration last;
    private final Map<K, Integer> failures = new HashMap<>();
    private double tokens = BURST;
    private long refilledAt;

    public Backoff(Timers timers, Duration first, Duration last) {
        this.timers = timers;
        this.first = first;
        this.last = last;
        this.refilledAt = timers.nanoTime();
    }

    public static <K> Backoff<K> standard(Timers timers) {
        return new Backoff<>(timers, Duration.ofMillis(5), Duration.ofSeconds(1000));
    }

    public synchronized Duration next(K key) {
        int count = failures.merge(key, 1, Integer::sum);
        double nanos = first.toNanos() * Math.pow(2, Math.min(count - 1, 62));
        var own = nanos >= last.toNanos() ? last : Duration.ofNanos((long) nanos);
        var shared = takeToken();
        return own.compareTo(shared) >= 0 ? own : shared;
    }

    public synchronized int failures(K key) {
        return failures.getOrDefault(key, 0);
    }

    public synchronized void forget(K key) {
        failures.remove(key);
    }

    private Duration takeToken() {
        long now = timers.nanoTime();
        tokens = Math.min(BURST, tokens + (now - refilledAt) / 1e9 * REFILL_PER_SECOND);
        refilledAt = now;
        tokens--;
        return tokens >= 0
                ? Duration.ZERO
                : Duration.ofNanos((long) (-tokens / REFILL_PER_SECOND * 1e9));
    }
}
