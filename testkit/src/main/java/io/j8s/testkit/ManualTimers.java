package io.j8s.testkit;

import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;

/// Time that stands still until a test turns it. What falls due runs in the thread that turns the
/// clock (or wherever its executor puts it), in order of due time and then of asking; sleepers wake
/// when their time is reached. Safe for use by many threads.
public final class ManualTimers implements Timers {

    private record Entry(long atNanos, long order, Executor executor, Runnable task) {}

    private final Instant start;
    private final PriorityQueue<Entry> due =
            new PriorityQueue<>(
                    Comparator.comparingLong(Entry::atNanos).thenComparingLong(Entry::order));
    private final List<Long> sleepers = new ArrayList<>();
    private long nanos;
    private long asked;

    public ManualTimers(Instant start) {
        this.start = start;
    }

    @Override
    public synchronized Instant now() {
        return start.plusNanos(nanos);
    }

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    @Override
    public synchronized void sleep(Duration duration) throws InterruptedException {
        long until = nanos + duration.toNanos();
        sleepers.add(until);
        try {
            while (nanos < until) {
                wait();
            }
        } finally {
            sleepers.remove(until);
        }
    }

    /// How many threads sleep and are not due to wake yet: a test that turned the clock waits until
    /// those it woke have fallen asleep again.
    public synchronized int asleep() {
        return (int) sleepers.stream().filter(until -> until > nanos).count();
    }

    @Override
    public synchronized Scheduled schedule(Duration delay, Executor executor, Runnable task) {
        var entry = new Entry(nanos + Math.max(0, delay.toNanos()), asked++, executor, task);
        due.add(entry);
        return () -> cancel(entry);
    }

    /// Turns the clock and runs what falls due on the way, each at its own time.
    public void advance(Duration by) {
        long target = nanoTime() + by.toNanos();
        for (var next = takeUntil(target); next.isPresent(); next = takeUntil(target)) {
            next.get().executor.execute(next.get().task);
        }
        synchronized (this) {
            nanos = Math.max(nanos, target);
            notifyAll();
        }
    }

    /// How long until something falls due; empty when nothing is scheduled.
    public synchronized Optional<Duration> untilNext() {
        return Optional.ofNullable(due.peek())
                .map(entry -> Duration.ofNanos(Math.max(0, entry.atNanos - nanos)));
    }

    private synchronized Optional<Entry> takeUntil(long target) {
        var next = due.peek();
        if (next == null || next.atNanos > target) {
            return Optional.empty();
        }
        due.remove();
        nanos = Math.max(nanos, next.atNanos);
        notifyAll();
        return Optional.of(next);
    }

    private synchronized void cancel(Entry entry) {
        due.remove(entry);
    }
}
