package io.j8s.storage.engine;

import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.WatchListener;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/// Delivers an embedded engine's changes to its watches, without gaps and in revision order.
///
/// Threads: the engine's one writer calls [#publish]; anyone opens and closes watches; a few
/// platform threads (they may read history through JNI) call the listeners, each watch on one of
/// them at a time. `lock` guards the queues of all watches and the advance of `published`.
///
/// Bounds: a watch queues at most [FeedWatch#CHANGES_MAX] changes; when they are more, its queue is
/// dropped and it reads the engine's history until it has caught up. So a slow listener costs no
/// memory and ends only when history is trimmed away under it.
public final class WatchFeed implements AutoCloseable {

    private static final int DELIVERY_THREADS = 2;

    final ReentrantLock lock = new ReentrantLock();
    final History history;
    private final CopyOnWriteArrayList<FeedWatch> watches = new CopyOnWriteArrayList<>();
    private final ExecutorService delivery;
    private volatile long published;
    private final AtomicInteger wantPrevious = new AtomicInteger();
    private volatile boolean closed;

    /// @param revision everything up to it is in `history` already
    public WatchFeed(String name, History history, long revision) {
        this.history = history;
        this.published = revision;
        this.delivery =
                Executors.newFixedThreadPool(
                        DELIVERY_THREADS,
                        Thread.ofPlatform().daemon().name(name + "-watch-", 0).factory());
    }

    /// As [Store#watch].
    public Store.Watch open(
            Bytes key,
            @Nullable Bytes end,
            long fromRevision,
            boolean withPrevious,
            WatchListener listener) {
        lock.lock();
        try {
            long next = fromRevision == 0 ? published + 1 : fromRevision;
            var watch = new FeedWatch(this, new KeyRange(key, end), next, withPrevious, listener);
            if (closed) {
                watch.endSoon("the store is closed");
                return watch;
            }
            watches.add(watch);
            if (withPrevious) {
                wantPrevious.incrementAndGet();
            }
            if (next <= published) {
                watch.wake();
            }
            return watch;
        } finally {
            lock.unlock();
        }
    }

    /// Hands over committed changes, oldest first; everything up to `revision` is then published
    /// and must be readable in history.
    public void publish(List<Change> changes, long revision) {
        lock.lock();
        try {
            for (FeedWatch watch : watches) {
                watch.offer(changes);
            }
            published = revision;
        } finally {
            lock.unlock();
        }
    }

    /// Whether changes should be published with the states before: some watch wants them.
    public boolean wantsPrevious() {
        return wantPrevious.get() > 0;
    }

    /// The newest revision that watches know of.
    public long published() {
        return published;
    }

    /// As [Store#requestProgress].
    public void requestProgress() {
        lock.lock();
        try {
            watches.forEach(FeedWatch::askProgress);
        } finally {
            lock.unlock();
        }
    }

    /// Ends all watches; returns without waiting for listeners.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            for (FeedWatch watch : watches) {
                watch.endSoon("the store is closed");
            }
            watches.clear();
            delivery.shutdown();
        } finally {
            lock.unlock();
        }
    }

    void remove(FeedWatch watch) {
        lock.lock();
        try {
            if (watches.remove(watch) && watch.withPrevious) {
                wantPrevious.decrementAndGet();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Runs on a delivery thread; after closing on a thread of its own, so that a late watch still
    /// hears of its end.
    Executor delivery() {
        return closed ? task -> Thread.ofVirtual().start(task) : delivery;
    }
}
