package io.j8s.storage;

import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;

/// Time that a test turns; what becomes due runs on its executor.
public final class TurnedTimers implements Timers {

    private final List<Pending> pending = new ArrayList<>();
    private long nanos;

    private record Pending(long atNanos, Executor executor, Runnable task) {}

    /// Goes on by `duration`.
    public void advance(Duration duration) {
        List<Pending> due = new ArrayList<>();
        synchronized (this) {
            nanos += duration.toNanos();
            pending.stream().filter(each -> each.atNanos <= nanos).forEach(due::add);
            pending.removeAll(due);
        }
        due.sort(Comparator.comparingLong(Pending::atNanos));
        due.forEach(each -> each.executor.execute(each.task));
    }

    @Override
    public synchronized Instant now() {
        return Instant.EPOCH.plusNanos(nanos);
    }

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    @Override
    public void sleep(Duration duration) {
        throw new UnsupportedOperationException("nobody sleeps in these tests");
    }

    @Override
    public synchronized Scheduled schedule(Duration delay, Executor executor, Runnable task) {
        var each = new Pending(nanos + delay.toNanos(), executor, task);
        pending.add(each);
        return () -> {
            synchronized (this) {
                pending.remove(each);
            }
        };
    }
}
