package io.j8s.cli;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/// The real time and what a test adds to it: waits that end by then end at once.
final class ShiftedTimers implements Timers, AutoCloseable {

    private final SystemTimers real = new SystemTimers();
    private Duration ahead = Duration.ZERO; // guarded by this

    synchronized void shift(Duration by) {
        ahead = ahead.plus(by);
        notifyAll();
    }

    @Override
    public synchronized Instant now() {
        return real.now().plus(ahead);
    }

    @Override
    public synchronized long nanoTime() {
        return real.nanoTime() + ahead.toNanos();
    }

    @Override
    public synchronized void sleep(Duration duration) throws InterruptedException {
        long until = nanoTime() + duration.toNanos();
        for (long left = duration.toNanos(); left > 0; left = until - nanoTime()) {
            wait(left / 1_000_000 + 1);
        }
    }

    @Override
    public Scheduled schedule(Duration delay, Executor executor, Runnable task) {
        var isCancelled = new AtomicBoolean();
        var waiter =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                sleep(delay);
                                if (!isCancelled.get()) {
                                    executor.execute(task);
                                }
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        return () -> {
            isCancelled.set(true);
            waiter.interrupt();
        };
    }

    @Override
    public void close() {
        real.close();
    }
}
