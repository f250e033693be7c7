package io.j8s.scheduler.core;

import java.util.HashSet;
import java.util.Set;

/// A pod on its way through the queue.
///
/// @param attempts how often it was tried
/// @param rejections how often plugins turned it down; the first try is not counted before its end
/// @param errors how often in a row something went wrong that no plugin decided
/// @param firstNanos when it was first ready to be tried, by `Timers.nanoTime`; 0 before
/// @param sinceNanos when it entered the queue last, new or after a failed try
/// @param rejectedBy names of the plugins that turned it down last
/// @param gatedBy the plugin that keeps it from being tried at all; empty for none
public record QueuedPod(
        PodInfo pod,
        int attempts,
        int rejections,
        int errors,
        long firstNanos,
        long sinceNanos,
        Set<String> rejectedBy,
        String gatedBy) {

    public QueuedPod {
        rejectedBy = Set.copyOf(rejectedBy);
    }

    static QueuedPod fresh(PodInfo pod, long now) {
        return new QueuedPod(pod, 0, 0, 0, 0, now, Set.of(), "");
    }

    QueuedPod with(PodInfo updated) {
        return new QueuedPod(
                updated, attempts, rejections, errors, firstNanos, sinceNanos, rejectedBy, gatedBy);
    }

    /// An error counts apart from a rejection, and ends with the first attempt that is none.
    QueuedPod failed(Set<String> by, long now) {
        boolean isError = by.isEmpty();
        return new QueuedPod(
                pod,
                attempts,
                isError ? rejections : rejections + 1,
                isError ? errors + 1 : 0,
                firstNanos,
                now,
                by,
                "");
    }

    QueuedPod trying() {
        return new QueuedPod(
                pod, attempts + 1, rejections, errors, firstNanos, sinceNanos, rejectedBy, gatedBy);
    }

    QueuedPod readySince(long now) {
        return new QueuedPod(
                pod,
                attempts,
                rejections,
                errors,
                firstNanos == 0 ? now : firstNanos,
                sinceNanos,
                rejectedBy,
                "");
    }

    /// Whether nothing but its gate keeps it: what went wrong before is retried whatever changes.
    boolean isRetriedWhenOpen() {
        return errors > 0 && !gatedBy.isEmpty() && rejectedBy.equals(Set.of(gatedBy));
    }

    QueuedPod gated(String plugin) {
        var by = new HashSet<>(rejectedBy);
        by.add(plugin);
        return new QueuedPod(pod, attempts, rejections, errors, firstNanos, sinceNanos, by, plugin);
    }
}
