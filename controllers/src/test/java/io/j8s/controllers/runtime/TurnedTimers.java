package io.j8s.controllers.runtime;

import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/// A clock that a test turns; what falls due runs at once. (testkit's ManualTimers stands above
/// this module.)
final class TurnedTimers implements Timers {

    private record Entry(long at, Executor executor, Runnable task) {}

    private final List<Entry> due = new ArrayList<>();
    private long nanos;

    void advance(Duration by) {
        long target = nanos + by.toNanos();
        while (true) {
            var next =
                    due.stream()
                            .filter(e -> e.at <= target)
                            .min((a, b) -> Long.compare(a.at, b.at));
            if (next.isEmpty()) {
                break;
            }
            due.remove(next.get());
            nanos = Math.max(nanos, next.get().at);
            next.get().executor.execute(next.get().task);
        }
        nanos = target;
    }

    @Override
    public Instant now() {
        return Instant.parse("2030-01-01T00:00:00Z").plusNanos(nanos);
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public void sleep(Duration duration) {
        advance(duration);
    }

    @Override
    public Scheduled schedule(Duration delay, Executor executor, Runnable task) {
        var entry = new Entry(nanos + delay.toNanos(), executor, task);
        due.add(entry);
        return () -> due.remove(entry);
    }
}
