package io.j8s.scheduler.core;

import java.time.Duration;

/// How long a pod waits after a failed attempt: doubling from the first time on, up to a limit.
/// Rounded down to whole seconds, so that pods which end their wait together are tried by priority
/// (upstream: `backoffQOrderingWindowDuration`).
///
/// @param initial `podInitialBackoffSeconds`
/// @param max `podMaxBackoffSeconds`
/// @param unschedulableMax how long a pod may stay turned down before it is tried whatever happens
public record BackoffPolicy(Duration initial, Duration max, Duration unschedulableMax) {

    static final long WINDOW_NANOS = 1_000_000_000L;

    /// Upstream's defaults.
    public static final BackoffPolicy STANDARD =
            new BackoffPolicy(Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofMinutes(5));

    /// When the pod may be tried again; 0 for at once.
    long endNanos(QueuedPod pod) {
        int count = pod.errors() > 0 ? pod.errors() : pod.rejections();
        if (count == 0 || max.isZero()) {
            return 0;
        }
        return align(pod.sinceNanos() + delay(count).toNanos());
    }

    boolean isOver(QueuedPod pod, long now) {
        long end = endNanos(pod);
        return end == 0 || end - align(now) < 0;
    }

    private Duration delay(int count) {
        var delay = initial;
        for (int i = 1; i < count && delay.compareTo(max) < 0; i++) {
            delay = delay.multipliedBy(2);
        }
        return delay.compareTo(max) > 0 ? max : delay;
    }

    private static long align(long nanos) {
        return Math.floorDiv(nanos, WINDOW_NANOS) * WINDOW_NANOS;
    }
}
