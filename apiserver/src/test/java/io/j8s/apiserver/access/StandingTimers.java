package io.j8s.apiserver.access;

import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;

/// A clock that stands until a test turns it; scheduled tasks never run.
public final class StandingTimers implements Timers {

    private Instant now = Instant.parse("2026-11-23T12:00:00Z");

    public void advance(Duration duration) {
        now = now.plus(duration);
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public void sleep(Duration duration) {}

    @Override
    public Scheduled schedule(Duration delay, Executor executor, Runnable task) {
        return () -> {};
    }
}
