package io.j8s.controllers.runtime;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// Runs calls that do not depend on each other, and returns when all are through. A controller that
/// creates 500 pods waits for one round trip instead of 500; a simulation runs them in order.
@FunctionalInterface
public interface Fanout {

    /// The tasks must not throw.
    void run(List<Runnable> tasks) throws InterruptedException;

    static Fanout inOrder() {
        return tasks -> tasks.forEach(Runnable::run);
    }

    /// Virtual threads, at most `max` at a time in all.
    static Fanout virtualThreads(int max) {
        var limit = new Semaphore(max);
        return tasks -> {
            if (tasks.size() == 1) {
                tasks.getFirst().run();
                return;
            }
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var task : tasks) {
                    threads.execute(() -> {
                        limit.acquireUninterruptibly();
                        try {
                            task.run();
                        } finally {
                            limit.release();
                        }
                    });
                }
            }
        };
    }

    /// @param failure the first one, or null
    record Result(int succeeded, @Nullable RuntimeException failure) {}

    /// Runs `call(0) .. call(count - 1)` in batches of 1, 2, 4, … and stops after the first batch
    /// with a failure: a quota that refuses everything costs one request (upstream:
    /// `slowStartBatch`).
    default Result slowStart(int count, IntConsumer call) throws InterruptedException {
        int done = 0;
        int batch = 1;
        while (done < count) {
            int size = Math.min(batch, count - done);
            var result = batch(done, size, call);
            if (result.failure != null) {
                return new Result(done + result.succeeded, result.failure);
            }
            done += size;
            batch *= 2;
        }
        return new Result(done, null);
    }

    /// Runs `call(0) .. call(count - 1)` all at once.
    default Result all(int count, IntConsumer call) throws InterruptedException {
        return batch(0, count, call);
    }

    private Result batch(int from, int size, IntConsumer call) throws InterruptedException {
        var succeeded = new AtomicInteger();
        var failure = new AtomicReference<@Nullable RuntimeException>();
        run(
                IntStream.range(from, from + size)
                        .<Runnable>mapToObj(i ->
                                () -> {
                                    try {
                                        call.accept(i);
                                        succeeded.incrementAndGet();
                                    } catch (RuntimeException failed) {
                                        failure.compareAndSet(null, failed);
                                    }
                                })
                        .toList());
        return new Result(succeeded.get(), failure.get());
    }
}
