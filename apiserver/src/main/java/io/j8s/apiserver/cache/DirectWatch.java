package io.j8s.apiserver.cache;

import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.WatchEvent;
import io.j8s.storage.model.WatchListener;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// One client's watch right on the store, for resources without a cache. The store's delivery
/// thread decodes and offers; `lock` guards the opening, the bookmark's wish and the closing.
final class DirectWatch implements WatchListener, QueuedWatcher.Source {

    private static final Duration BOOKMARK_PERIOD = Duration.ofMinutes(1);

    private final Store store;
    private final StoredResource resource;
    private final ObjectDecoder decoder;
    private final Timers timers;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable QueuedWatcher watcher;
    private volatile long begin;
    private Store.@Nullable Watch watch;
    private Timers.@Nullable Scheduled bookmarkTick;
    private boolean bookmarkWanted;
    private boolean closed;

    DirectWatch(Store store, StoredResource resource, ObjectDecoder decoder, Timers timers) {
        this.store = store;
        this.resource = resource;
        this.decoder = decoder;
        this.timers = timers;
    }

    CacheWatcher open(WatchQuery query, long after, Iterator<WatchItem> initial, Runnable wake) {
        var queued =
                new QueuedWatcher(
                        this, query, after, CacheLimits.DEFAULT.queueMax(), initial, wake);
        lock.lock();
        try {
            watcher = queued;
            begin = after;
            if (after + 1 < store.compactedRevision()) {
                queued.offer(tooOld(after, store.compactedRevision() - 1));
                return queued;
            }
            Bytes key = keyOf(query);
            Bytes end = isOneObject(query) ? null : key.prefixEnd();
            watch = store.watch(key, end, after + 1, true, this);
            if (query.bookmarks()) {
                tickBookmarks();
            }
            return queued;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void changed(List<WatchEvent> events, long revision) {
        QueuedWatcher queued = queued();
        for (WatchEvent event : events) {
            var change =
                    new Change(
                            event.record().modRevision(),
                            event.previous() == null ? null : decoder.decode(event.previous()),
                            event.type() == WatchEvent.Type.PUT ? decode(event.record()) : null);
            if (!queued.offer(change)) {
                end();
                return;
            }
        }
    }

    @Override
    public void progressed(long revision) {
        boolean wanted;
        lock.lock();
        try {
            wanted = bookmarkWanted;
            bookmarkWanted = false;
        } finally {
            lock.unlock();
        }
        if (wanted) {
            queued().offer(new WatchItem.Bookmark(revision, false));
        }
    }

    @Override
    public void ended(Reason reason) {
        queued().offer(
                        switch (reason) {
                            case Reason.Compacted(long horizon) -> tooOld(begin, horizon);
                            case Reason.Lost(var message) -> new WatchItem.Ended(message);
                        });
    }

    @Override
    public void bookmarkSoon(QueuedWatcher queued) {
        lock.lock();
        try {
            if (watch != null && !closed) {
                bookmarkWanted = true;
                watch.requestProgress();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void closed(QueuedWatcher queued) {
        end();
    }

    private void end() {
        lock.lock();
        try {
            closed = true;
            if (watch != null) {
                watch.close();
            }
            if (bookmarkTick != null) {
                bookmarkTick.close();
            }
        } finally {
            lock.unlock();
        }
    }

    private void tickBookmarks() {
        bookmarkTick =
                timers.schedule(
                        BOOKMARK_PERIOD,
                        task -> Thread.ofVirtual().start(task),
                        () -> {
                            lock.lock();
                            try {
                                if (!closed) {
                                    bookmarkSoon(queued());
                                    tickBookmarks();
                                }
                            } finally {
                                lock.unlock();
                            }
                        });
    }

    /// Deliveries may begin before `open` has returned, so the field is read under the lock.
    private QueuedWatcher queued() {
        lock.lock();
        try {
            if (watcher == null) {
                throw new IllegalStateException("delivery before the watch was opened");
            }
            return watcher;
        } finally {
            lock.unlock();
        }
    }

    private EncodedObject decode(KeyValue record) {
        return decoder.decode(record);
    }

    private Bytes keyOf(WatchQuery query) {
        if (isOneObject(query)) {
            return resource.storeKey(
                    new ObjectKey(query.namespace() == null ? "" : query.namespace(), name(query)));
        }
        return query.namespace() == null
                ? resource.everything()
                : resource.namespace(query.namespace());
    }

    private boolean isOneObject(WatchQuery query) {
        return query.name() != null && (query.namespace() != null || !resource.namespaced());
    }

    private static String name(WatchQuery query) {
        return query.name() == null ? "" : query.name();
    }

    private static WatchItem tooOld(long asked, long oldest) {
        // upstream: cacher's getAllEventsSinceLocked
        return new WatchItem.Failed(
                new ApiError.Expired("too old resource version: %d (%d)".formatted(asked, oldest)));
    }
}
