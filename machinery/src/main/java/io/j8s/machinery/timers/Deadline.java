package io.j8s.machinery.timers;

import java.time.Duration;

/// A time limit that is handed down a call chain, so that every wait inside of it shares one
/// budget.
///
/// @param atNanos the reading of [Timers#nanoTime] at which it passes
public record Deadline(Timers timers, long atNanos) {

    /// What is left; zero when it has passed, never negative.
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, atNanos - timers.nanoTime()));
    }

    public boolean hasPassed() {
        return atNanos - timers.nanoTime() <= 0;
    }
}
