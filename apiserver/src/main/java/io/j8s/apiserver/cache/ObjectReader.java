package io.j8s.apiserver.cache;

import io.j8s.machinery.timers.Deadline;

import org.jspecify.annotations.Nullable;

/// Reads one stored resource: the watch cache, or for events the store itself. Safe for many
/// threads.
public interface ObjectReader {

    StoredResource resource();

    /// A snapshot that is fresh enough, if it can be had without blocking; null otherwise: go to a
    /// virtual thread and [#await]. Never throws.
    @Nullable ObjectSnapshot now(Freshness freshness);

    /// A snapshot that is fresh enough. May block until `deadline`, and for a revision not reached
    /// no longer than 3 seconds (upstream: cacher's blockTimeout).
    ///
    /// @throws io.j8s.machinery.errors.ApiException `TooLargeResourceVersion` when the revision is
    ///   not reached in time, `Expired` when it lies below the horizon, `TooManyRequests` while the
    ///   cache is not filled yet
    ObjectSnapshot await(Freshness freshness, Deadline deadline) throws InterruptedException;

    /// Opens a watch. May block when the reader is not [#isCached]. A start that lies out of the
    /// window gives a watcher whose only item is [WatchItem.Failed] with `Expired`.
    CacheWatcher watch(WatchQuery query, WatchStart start, Runnable wake)
            throws InterruptedException;

    /// Whether snapshots are local and `watch` never blocks.
    boolean isCached();

    /// Whether reads are answered yet: what `/readyz` asks.
    boolean isReady();
}
