package io.j8s.machinery.timers;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;

/// The only way to know the time, to wait or to be called later: leases, TTLs, backoff, bookmarks,
/// cron and probes all go through here. Safe for use by many threads.
///
/// A manual implementation (testkit) advances only when told to; all waiting code then runs at the
/// turned time without real waiting.
public interface Timers {

    /// Wall-clock time, for timestamps that people and clients read.
    Instant now();

    /// A monotonic reading in nanoseconds, for measuring and for deadlines; its origin means
    /// nothing.
    long nanoTime();

    /// Blocks the calling (virtual) thread for at least `duration`; zero or less returns at once.
    void sleep(Duration duration) throws InterruptedException;

    /// Runs `task` once on `executor` after `delay`. The task must handle its own exceptions.
    Scheduled schedule(Duration delay, Executor executor, Runnable task);

    /// A point in time from now on, for handing a time limit down a call chain.
    default Deadline deadline(Duration timeout) {
        return new Deadline(this, nanoTime() + timeout.toNanos());
    }

    /// A pending call of [#schedule]; closing it cancels the call if it has not begun.
    interface Scheduled extends AutoCloseable {
        @Override
        void close();
    }
}
