package io.j8s.apiserver.cache;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/// Real time, but what is scheduled for half a minute or later waits for the test to let it come.
final class HandTurnedTimers implements Timers {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final SystemTimers real;
    private final List<Runnable> later = new CopyOnWriteArrayList<>();

    HandTurnedTimers(SystemTimers real) {
        this.real = real;
    }

    /// Runs what was scheduled for later, waiting for it to be scheduled: a task that has just run
    /// may still be about to schedule the next.
    void letLaterCome() throws InterruptedException {
        var deadline = real.deadline(Duration.ofSeconds(10));
        while (later.isEmpty() && !deadline.hasPassed()) {
            real.sleep(Duration.ofMillis(2));
        }
        List<Runnable> due = List.copyOf(later);
        later.removeAll(due);
        due.forEach(Runnable::run);
    }

    @Override
    public Instant now() {
        return real.now();
    }

    @Override
    public long nanoTime() {
        return real.nanoTime();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        real.sleep(duration);
    }

    @Override
    public Scheduled schedule(Duration delay, Executor executor, Runnable task) {
        if (delay.compareTo(LONG) < 0) {
            return real.schedule(delay, executor, task);
        }
        later.add(task);
        return () -> later.remove(task);
    }
}
