package io.j8s.controllers.runtime;

import io.j8s.machinery.timers.Timers;
import io.j8s.machinery.timers.Timers.Scheduled;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/// Keys that wait to be reconciled: first in, first out; a key is in it at most once; a key added
/// while it is being worked on comes again afterwards, never at the same time (upstream:
/// `k8s.io/client-go/util/workqueue`). It is bounded by the number of objects. Safe for use by many
/// threads, guarded by this object's monitor.
public final class WorkQueue<K> {

    private final String name;
    private final Timers timers;
    private final Backoff<K> backoff;
    private final QueueMetrics.Of metrics;
    private final ArrayDeque<K> order = new ArrayDeque<>();
    private final Map<K, Long> waiting = new HashMap<>();
    private final Map<K, Long> working = new HashMap<>();
    private final Set<K> again = new HashSet<>();
    private final Map<K, Later> later = new HashMap<>();
    private boolean closed;

    private record Later(long atNanos, Scheduled timer) {}

    public WorkQueue(String name, Timers timers, Backoff<K> backoff, QueueMetrics metrics) {
        this.name = name;
        this.timers = timers;
        this.backoff = backoff;
        this.metrics =
                metrics.of(
                        name,
                        new QueueMetrics.Queue() {
                            @Override
                            public int size() {
                                return WorkQueue.this.size();
                            }

                            @Override
                            public double unfinishedSeconds() {
                                return workedOn().sum() / 1e9;
                            }

                            @Override
                            public double longestSeconds() {
                                return workedOn().max().orElse(0) / 1e9;
                            }
                        });
    }

    public String name() {
        return name;
    }

    public synchronized void add(K key) {
        if (closed || waiting.containsKey(key) || again.contains(key)) {
            return;
        }
        metrics.added();
        if (working.containsKey(key)) {
            again.add(key);
        } else {
            waiting.put(key, timers.nanoTime());
            order.add(key);
            notify();
        }
    }

    /// Adds the key after a while; of several such calls the earliest counts.
    public synchronized void addAfter(K key, Duration delay) {
        if (closed) {
            return;
        }
        metrics.retried(); // upstream: whatever is added later counts as a retry
        if (!delay.isPositive()) {
            add(key);
            return;
        }
        long at = timers.nanoTime() + delay.toNanos();
        var known = later.get(key);
        if (known != null) {
            if (known.atNanos - at <= 0) {
                return;
            }
            known.timer.close();
        }
        var timer = timers.schedule(delay, Runnable::run, () -> due(key, at));
        later.put(key, new Later(at, timer));
    }

    public void addLimited(K key) {
        addAfter(key, backoff.next(key));
    }

    public void forget(K key) {
        backoff.forget(key);
    }

    public int failures(K key) {
        return backoff.failures(key);
    }

    /// The next key, waiting for one; null when the queue was closed. [#done] must follow.
    public synchronized @Nullable K take() throws InterruptedException {
        while (order.isEmpty() && !closed) {
            wait();
        }
        return poll();
    }

    /// The next key if there is one now.
    public synchronized @Nullable K poll() {
        var key = order.poll();
        if (key != null) {
            var since = waiting.remove(key);
            long now = timers.nanoTime();
            metrics.taken(since == null ? 0 : now - since);
            working.put(key, now);
        }
        return key;
    }

    public synchronized void done(K key, long workNanos) {
        working.remove(key);
        metrics.worked(workNanos);
        if (again.remove(key) && !closed) {
            waiting.put(key, timers.nanoTime());
            order.add(key);
            notify();
        }
    }

    public synchronized int size() {
        return order.size();
    }

    /// How long each key has been worked on, in nanoseconds.
    private synchronized LongStream workedOn() {
        long now = timers.nanoTime();
        // a copy: the stream is read outside of the monitor
        return LongStream.of(working.values().stream().mapToLong(since -> now - since).toArray());
    }

    /// Whether nothing waits, is worked on or is due later.
    public synchronized boolean isIdle() {
        return order.isEmpty() && working.isEmpty();
    }

    public synchronized void close() {
        closed = true;
        later.values().forEach(entry -> entry.timer.close());
        later.clear();
        notifyAll();
    }

    private synchronized void due(K key, long at) {
        var entry = later.get(key);
        if (entry == null || entry.atNanos == at) {
            later.remove(key);
        }
        add(key);
    }
}
