package io.j8s.apiserver.cache;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// The bounded queue between the cache and one watcher's owner.
///
/// Threads: the cache offers, the owner polls; the monitor guards the queue and the flags. The
/// backlog (initial objects, missed changes) belongs to the owner and comes before the queue.
final class QueuedWatcher implements CacheWatcher {

    /// Whoever offers: the cache, or a watch on the store itself.
    interface Source {

        void bookmarkSoon(QueuedWatcher watcher);

        void closed(QueuedWatcher watcher);
    }

    private final Source source;
    private final WatchQuery query;
    private final long after;
    private final int queueMax;
    private final Runnable wake;
    private Iterator<WatchItem> backlog;
    private final ArrayDeque<WatchItem> queue = new ArrayDeque<>();
    private boolean waiting;
    private boolean ended;

    /// @param after changes up to this revision are not for it
    QueuedWatcher(
            Source source,
            WatchQuery query,
            long after,
            int queueMax,
            Iterator<WatchItem> backlog,
            Runnable wake) {
        this.source = source;
        this.query = query;
        this.after = after;
        this.queueMax = queueMax;
        this.backlog = backlog;
        this.wake = wake;
    }

    WatchQuery query() {
        return query;
    }

    /// False when the watcher has ended, by this offer or before.
    boolean offer(Change change) {
        if (change.revision() <= after) {
            return true;
        }
        WatchItem item = change.seenBy(query);
        return item == null || offer(item);
    }

    boolean offer(WatchItem item) {
        boolean mustWake;
        boolean lives;
        synchronized (this) {
            if (ended) {
                return false;
            }
            if (queue.size() >= queueMax) {
                queue.add(new WatchItem.Ended("the client reads too slowly"));
                ended = true;
            } else {
                queue.add(item);
                ended = item instanceof WatchItem.Ended || item instanceof WatchItem.Failed;
            }
            lives = !ended;
            mustWake = waiting;
            waiting = false;
        }
        if (mustWake) {
            wake.run();
        }
        return lives;
    }

    @Override
    public List<WatchItem> poll(int max) {
        List<WatchItem> items = new ArrayList<>();
        while (items.size() < max && backlog.hasNext()) {
            items.add(backlog.next());
        }
        if (items.size() == max) {
            return items;
        }
        backlog = List.<WatchItem>of().iterator(); // lets go of what it held
        synchronized (this) {
            while (items.size() < max && !queue.isEmpty()) {
                items.add(queue.remove());
            }
            waiting = items.isEmpty();
        }
        return items;
    }

    @Override
    public void bookmarkSoon() {
        source.bookmarkSoon(this);
    }

    @Override
    public void close() {
        synchronized (this) {
            ended = true;
            waiting = false;
            queue.clear();
        }
        source.closed(this);
    }
}
