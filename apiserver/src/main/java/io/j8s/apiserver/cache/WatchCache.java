package io.j8s.apiserver.cache;

import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.timers.Deadline;
import io.j8s.machinery.timers.Timers;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.WatchEvent;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// All objects of one stored resource, kept abreast of the store by a watch, and the recent changes
/// for watches that resume.
///
/// Threads: the store's delivery thread applies changes and offers them to the watchers under
/// `lock`, which also guards the window, the index and the joining of new watchers. `present` is an
/// immutable snapshot: reads take it without any lock. Waiting readers are virtual threads.
public final class WatchCache implements ObjectReader, QueuedWatcher.Source, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WatchCache.class);

    // upstream: cacher's blockTimeout and the progress requester's period
    private static final Duration BLOCK_MAX = Duration.ofSeconds(3);
    private static final Duration PROGRESS_PERIOD = Duration.ofMillis(100);
    private static final Duration BOOKMARK_PERIOD = Duration.ofMinutes(1);
    private static final Duration PROGRESS_WAIT = Duration.ofSeconds(1);
    private static final int SNAPSHOTS_MAX = 32;
    private static final int GROUP_MIN = 32;
    private static final Executor TASKS = task -> Thread.ofVirtual().start(task);

    private final Store store;
    private final StoredResource resource;
    private final ObjectDecoder decoder;
    private final Timers timers;
    private final CacheLimits limits;
    private final DirectReader direct;
    private final CacheFeed feed;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition advanced = lock.newCondition();
    private final ChangeWindow window;
    private final WatcherIndex watchers = new WatcherIndex();
    private final ArrayDeque<CachedSnapshot> paged = new ArrayDeque<>();
    private volatile @Nullable CachedSnapshot present;
    private Timers.@Nullable Scheduled bookmarkTick;
    private boolean closed;

    public WatchCache(Store store, StoredResource resource, ObjectDecoder decoder, Timers timers) {
        this(store, resource, decoder, timers, CacheLimits.DEFAULT);
    }

    public WatchCache(
            Store store,
            StoredResource resource,
            ObjectDecoder decoder,
            Timers timers,
            CacheLimits limits) {
        this.store = store;
        this.resource = resource;
        this.decoder = decoder;
        this.timers = timers;
        this.limits = limits;
        this.window = new ChangeWindow(limits);
        this.direct = new DirectReader(store, resource, decoder, timers);
        this.feed = new CacheFeed(store, resource, timers, this);
    }

    /// Begins to fill the cache, in the background; [#isReady] tells when it is.
    public void start() {
        feed.start();
    }

    @Override
    public StoredResource resource() {
        return resource;
    }

    @Override
    public boolean isCached() {
        return true;
    }

    @Override
    public boolean isReady() {
        return present != null;
    }

    @Override
    public @Nullable ObjectSnapshot now(Freshness freshness) {
        CachedSnapshot snapshot = present;
        if (snapshot == null) {
            return null;
        }
        return switch (freshness) {
            case Freshness.Any() -> snapshot;
            case Freshness.AtLeast(long revision) -> reached(revision);
            case Freshness.Latest() -> {
                long newest = store.knownRevision();
                yield newest == 0 ? null : reached(newest);
            }
            case Freshness.Exactly(long revision) -> exactly(revision);
            case Freshness.AsOf(long revision) ->
                    snapshot.shows(revision) ? snapshot.at(revision) : null;
        };
    }

    @Override
    public ObjectSnapshot await(Freshness freshness, Deadline deadline)
            throws InterruptedException {
        Deadline limit = earlier(deadline, timers.deadline(BLOCK_MAX));
        awaitReady(limit);
        return switch (freshness) {
            case Freshness.Any() -> ready();
            case Freshness.AtLeast(long revision) -> awaitRevision(revision, limit);
            case Freshness.Latest() -> {
                if (!store.trustsProgress()) {
                    yield direct.await(freshness, deadline);
                }
                long known = store.knownRevision();
                yield awaitRevision(known == 0 ? store.revision() : known, limit);
            }
            case Freshness.Exactly(long revision) -> {
                CachedSnapshot found = exactly(revision);
                yield found == null ? direct.await(freshness, deadline) : found;
            }
            case Freshness.AsOf(_) -> direct.await(freshness, deadline);
        };
    }

    @Override
    public CacheWatcher watch(WatchQuery query, WatchStart start, Runnable wake)
            throws InterruptedException {
        return switch (start) {
            case WatchStart.After(long revision) ->
                    open(query, revision, Collections.emptyIterator(), start, wake);
            case WatchStart.WithState withState ->
                    open(
                            query,
                            withState.snapshot().revision(),
                            InitialEvents.of(query, withState),
                            start,
                            wake);
        };
    }

    private CacheWatcher open(
            WatchQuery query,
            long after,
            Iterator<WatchItem> initial,
            WatchStart start,
            Runnable wake)
            throws InterruptedException {
        lock.lock();
        try {
            if (closed || present == null) {
                return ended(query, new WatchItem.Ended("the cache is not ready"), wake);
            }
            if (after >= window.floor()) {
                List<WatchItem> missed = InitialEvents.seenBy(query, window.after(after));
                var watcher =
                        new QueuedWatcher(
                                this,
                                query,
                                after,
                                limits.queueMax(),
                                InitialEvents.then(initial, missed),
                                wake);
                watchers.add(watcher);
                if (query.bookmarks() && bookmarkTick == null) {
                    tickBookmarks();
                }
                return watcher;
            }
        } finally {
            lock.unlock();
        }
        // Out of this window, but only the logical horizon decides 410: the store still knows.
        return direct.watch(query, start, wake);
    }

    @Override
    public void bookmarkSoon(QueuedWatcher watcher) {
        lock.lock();
        try {
            CachedSnapshot snapshot = refreshed();
            if (snapshot != null) {
                watcher.offer(new WatchItem.Bookmark(snapshot.revision(), false));
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void closed(QueuedWatcher watcher) {
        lock.lock();
        try {
            watchers.remove(watcher);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (bookmarkTick != null) {
                bookmarkTick.close();
            }
            watchers.forEach(watcher -> watcher.offer(new WatchItem.Ended("shutting down")));
            watchers.clear();
            advanced.signalAll();
        } finally {
            lock.unlock();
        }
        feed.close();
    }

    // The feed's side

    /// The state of a fresh list. Open watches cannot be continued over the gap before it and end.
    void filled(List<EncodedObject> objects, long revision) {
        // the store's order, unless a key does not look like PREFIX/NAMESPACE/NAME
        objects.sort((a, b) -> SortedObjects.compare(a.key(), b.key()));
        lock.lock();
        try {
            watchers.forEach(
                    watcher -> watcher.offer(new WatchItem.Ended("the cache is filled anew")));
            watchers.clear();
            window.reset(revision);
            advanceTo(snapshot(SortedObjects.of(objects), revision, revision));
        } finally {
            lock.unlock();
        }
        synchronized (paged) {
            paged.clear();
        }
    }

    long revision() {
        return ready().revision();
    }

    /// Applies changes in groups of whole revisions, so that nobody waits long for the lock while a
    /// burst is offered to many watchers.
    void changed(List<WatchEvent> events, long revision) {
        List<@Nullable EncodedObject> decoded = new ArrayList<>(events.size());
        for (WatchEvent event : events) {
            decoded.add(event.type() == WatchEvent.Type.PUT ? decode(event.record()) : null);
        }
        for (int from = 0; from < events.size(); ) {
            int to = Math.min(from + GROUP_MIN, events.size());
            while (to < events.size() && revision(events, to) == revision(events, to - 1)) {
                to++;
            }
            long through = to == events.size() ? revision : revision(events, to - 1);
            apply(events.subList(from, to), decoded.subList(from, to), through);
            from = to;
        }
    }

    private static long revision(List<WatchEvent> events, int index) {
        return events.get(index).record().modRevision();
    }

    private void apply(
            List<WatchEvent> events, List<@Nullable EncodedObject> decoded, long through) {
        lock.lock();
        try {
            CachedSnapshot before = ready();
            SortedObjects objects = before.objects();
            long last = before.changed();
            for (int i = 0; i < events.size(); i++) {
                KeyValue record = events.get(i).record();
                EncodedObject current = decoded.get(i);
                var key = current == null ? resource.objectKey(record.key()) : current.key();
                EncodedObject old = objects.get(key);
                if (old == null && current == null) {
                    continue; // it never decoded
                }
                objects = current == null ? objects.without(key) : objects.with(current);
                last = record.modRevision();
                var change = new Change(last, old, current);
                window.add(change);
                watchers.offer(change);
            }
            advanceTo(snapshot(objects, last, through));
        } finally {
            lock.unlock();
        }
    }

    void progressed(long revision) {
        lock.lock();
        try {
            CachedSnapshot before = ready();
            if (before.revision() < revision) {
                advanceTo(before.at(revision));
            }
        } finally {
            lock.unlock();
        }
    }

    private void advanceTo(CachedSnapshot next) {
        CachedSnapshot before = present;
        if (before != null && next.revision() < before.revision()) {
            throw new IllegalStateException(
                    "revision went back: " + before.revision() + " -> " + next.revision());
        }
        present = next;
        advanced.signalAll();
    }

    @Nullable EncodedObject decode(KeyValue record) {
        try {
            return decoder.decode(record);
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("key", record.key())
                    .setCause(e)
                    .log("stored object cannot be decoded, it is left out");
            return null;
        }
    }

    private CachedSnapshot snapshot(SortedObjects objects, long changed, long revision) {
        return new CachedSnapshot(objects, changed, revision, this::keepForPages);
    }

    /// Keeps a state from which a first page was served, so that the next pages need not go to the
    /// store. The most recent few; older ones are read from the store.
    private void keepForPages(CachedSnapshot served) {
        synchronized (paged) {
            if (!paged.isEmpty() && paged.getLast().shows(served.changed())) {
                paged.removeLast();
            }
            paged.add(served);
            if (paged.size() > SNAPSHOTS_MAX) {
                paged.remove();
            }
        }
    }

    // Waiting

    private CachedSnapshot ready() {
        CachedSnapshot snapshot = present;
        if (snapshot == null) {
            throw new IllegalStateException("cache of " + resource.resource() + " is not filled");
        }
        return snapshot;
    }

    /// The present state at or after `revision`, or null when it is not that far.
    private @Nullable CachedSnapshot reached(long revision) {
        CachedSnapshot snapshot = present;
        if (snapshot != null && snapshot.revision() < revision) {
            snapshot = refreshed();
        }
        return snapshot == null || snapshot.revision() < revision ? null : snapshot;
    }

    /// The present state at the newest revision it is known to hold for. Without it a read would
    /// have to wait for progress whenever only other resources have changed.
    private @Nullable CachedSnapshot refreshed() {
        long through = feed.deliveredThrough(); // first: what was delivered has been applied
        CachedSnapshot snapshot = present;
        if (snapshot == null || snapshot.revision() >= through) {
            return snapshot;
        }
        if (!lock.tryLock()) {
            return snapshot.at(through); // someone applies later changes; this state held before
        }
        try {
            CachedSnapshot newest = ready();
            if (newest.revision() < through) {
                newest = newest.at(through);
                present = newest;
                advanced.signalAll();
            }
            return newest;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable CachedSnapshot exactly(long revision) {
        if (revision < store.compactedRevision()) {
            return null;
        }
        CachedSnapshot snapshot = reached(revision);
        if (snapshot != null && snapshot.shows(revision)) {
            return snapshot.at(revision);
        }
        synchronized (paged) {
            for (CachedSnapshot kept : paged) {
                if (kept.shows(revision)) {
                    return kept.at(revision);
                }
            }
        }
        return null;
    }

    private void awaitReady(Deadline limit) throws InterruptedException {
        lock.lock();
        try {
            while (present == null) {
                if (closed || limit.hasPassed()) {
                    // upstream: cacher's errors while its store is being filled
                    throw new ApiException(
                            new ApiError.TooManyRequests(
                                    "storage is (re)initializing", Duration.ofSeconds(1)));
                }
                pause(limit);
            }
        } finally {
            lock.unlock();
        }
    }

    private CachedSnapshot awaitRevision(long revision, Deadline limit)
            throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                CachedSnapshot snapshot = reached(revision);
                if (snapshot != null) {
                    return snapshot;
                }
                if (closed || limit.hasPassed()) {
                    throw new ApiException(
                            new ApiError.TooLargeResourceVersion(
                                    revision, ready().revision(), Duration.ofSeconds(1)));
                }
                feed.requestProgress();
                pause(limit);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Until something advances, but only so long that progress is asked for again. Callers loop.
    @SuppressWarnings("WaitNotInLoop")
    private void pause(Deadline limit) throws InterruptedException {
        Duration left = limit.remaining();
        Duration period = left.compareTo(PROGRESS_PERIOD) < 0 ? left : PROGRESS_PERIOD;
        var tick = timers.schedule(period, TASKS, this::wakeWaiting);
        try {
            advanced.await();
        } finally {
            tick.close();
        }
    }

    private void wakeWaiting() {
        lock.lock();
        try {
            advanced.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // Bookmarks

    private void tickBookmarks() {
        bookmarkTick =
                timers.schedule(
                        BOOKMARK_PERIOD,
                        TASKS,
                        () -> {
                            feed.requestProgress();
                            sendBookmarksSoon();
                        });
    }

    private void sendBookmarksSoon() {
        lock.lock();
        try {
            if (!closed) {
                bookmarkTick = timers.schedule(PROGRESS_WAIT, TASKS, this::sendBookmarks);
            }
        } finally {
            lock.unlock();
        }
    }

    private void sendBookmarks() {
        lock.lock();
        try {
            bookmarkTick = null;
            CachedSnapshot snapshot = refreshed();
            if (closed || snapshot == null) {
                return;
            }
            var bookmark = new WatchItem.Bookmark(snapshot.revision(), false);
            var wanted = new boolean[1];
            watchers.forEach(watcher -> {
                if (watcher.query().bookmarks()) {
                    wanted[0] = true;
                    watcher.offer(bookmark);
                }
            });
            if (wanted[0]) {
                tickBookmarks();
            }
        } finally {
            lock.unlock();
        }
    }

    private CacheWatcher ended(WatchQuery query, WatchItem item, Runnable wake) {
        var watcher = new QueuedWatcher(this, query, 0, 1, Collections.emptyIterator(), wake);
        watcher.offer(item);
        return watcher;
    }

    private static Deadline earlier(Deadline a, Deadline b) {
        return a.atNanos() - b.atNanos() < 0 ? a : b;
    }
}
