package io.j8s.scheduler;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// The threads of one scheduler besides its loop: virtual ones, one for each binding, preemption
/// and event. Bindings and preemptions are bounded by who starts them; events beyond [#EVENTS_MAX]
/// under way are dropped.
final class SchedulerTasks implements SchedulerProcess.Threads {

    private static final int EVENTS_MAX = 1000; // upstream: the event broadcaster's queue length

    private static final int CLOSE_SECONDS_MAX = 2;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore events = new Semaphore(EVENTS_MAX);

    @Override
    public Executor work() {
        return threads;
    }

    @Override
    public Executor events() {
        return task -> {
            if (events.tryAcquire()) {
                threads.execute(() -> {
                    try {
                        task.run();
                    } finally {
                        events.release();
                    }
                });
            }
        };
    }

    /// Gives what is under way a moment to see that it is to stop: whoever closes us closes the
    /// client next.
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            var _ = threads.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
