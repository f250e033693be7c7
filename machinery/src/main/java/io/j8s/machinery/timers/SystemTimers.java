package io.j8s.machinery.timers;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Real time. One platform daemon thread hands due tasks to their executors and runs none itself.
public final class SystemTimers implements Timers, AutoCloseable {

    private final ScheduledThreadPoolExecutor wheel;

    public SystemTimers() {
        wheel =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("timers").factory());
        wheel.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        if (duration.isPositive()) {
            Thread.sleep(duration);
        }
    }

    @Override
    public Scheduled schedule(Duration delay, Executor executor, Runnable task) {
        var pending =
                wheel.schedule(() -> executor.execute(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> pending.cancel(false);
    }

    @Override
    public void close() {
        wheel.shutdownNow();
    }
}
