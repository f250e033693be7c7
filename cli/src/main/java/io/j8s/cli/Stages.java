package io.j8s.cli;

import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.util.Locale;

/// Tells the stages of a start as they are reached, each with the time since the start. Used by one
/// thread.
final class Stages {

    private final Terminal terminal;
    private final Timers timers;
    private final long beganAtNanos;

    /// @param alreadyPassed what went by before this object: the launcher's and the JVM's own start
    Stages(Terminal terminal, Timers timers, Duration alreadyPassed) {
        this.terminal = terminal;
        this.timers = timers;
        this.beganAtNanos = timers.nanoTime() - alreadyPassed.toNanos();
    }

    /// ` 0.4 s API server on https://127.0.0.1:6443`.
    void reached(String what) {
        terminal.line(String.format(Locale.ROOT, "%6.1f s  %s", seconds(), what));
    }

    /// The last line, which scripts wait for.
    void ready(String nextStep) {
        terminal.line(String.format(Locale.ROOT, "ready in %.1f s · %s", seconds(), nextStep));
    }

    private double seconds() {
        return (timers.nanoTime() - beganAtNanos) / 1e9;
    }
}
