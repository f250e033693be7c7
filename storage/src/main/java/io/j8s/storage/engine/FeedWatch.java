package io.j8s.storage.engine;

import io.j8s.storage.model.Store;
import io.j8s.storage.model.WatchEvent;
import io.j8s.storage.model.WatchListener;
import io.j8s.storage.model.WatchListener.Reason;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// One open watch of a [WatchFeed]. It is *behind* (its next changes are read from history) or
/// *abreast* (they wait in its queue). All fields but the volatile ones are guarded by the feed's
/// lock; `run` is executed by one delivery thread at a time because `scheduled` is set while it is
/// queued or runs.
final class FeedWatch implements Store.Watch, Runnable {

    static final int CHANGES_MAX = 1024;
    private static final long BYTES_MAX = 8L << 20;
    private static final int TURNS_MAX = 16; // then other watches get the delivery thread

    private static final Logger LOG = LoggerFactory.getLogger(FeedWatch.class);

    private final WatchFeed feed;
    private final KeyRange range;
    final boolean withPrevious;
    private final WatchListener listener;

    private final ArrayDeque<WatchEvent> queue = new ArrayDeque<>();
    private long queuedBytes;
    private long next;
    private boolean progressAsked;
    private boolean scheduled;
    private @Nullable String endMessage;

    private volatile boolean behind;
    private volatile boolean closed;
    private volatile long lastQueued;
    private volatile long lastDelivered;

    FeedWatch(
            WatchFeed feed,
            KeyRange range,
            long next,
            boolean withPrevious,
            WatchListener listener) {
        this.feed = feed;
        this.range = range;
        this.next = next;
        this.withPrevious = withPrevious;
        this.listener = listener;
        this.behind = next <= feed.published();
        this.lastDelivered = next - 1;
    }

    /// Takes what concerns it; called under the feed's lock before `published` advances.
    void offer(List<Change> changes) {
        if (behind || closed) {
            return;
        }
        for (Change change : changes) {
            if (change.revision() < next) {
                continue; // the watch begins in the future
            }
            for (WatchEvent event : change.events()) {
                if (!range.contains(event.record().key())) {
                    continue;
                }
                lastQueued = change.revision();
                if (queue.size() >= CHANGES_MAX
                        || queuedBytes > BYTES_MAX
                        || (withPrevious && !change.hasPrevious())) {
                    queue.clear();
                    queuedBytes = 0;
                    behind = true;
                    wake();
                    return;
                }
                queue.add(event);
                queuedBytes += event.record().value().length();
            }
        }
        if (!queue.isEmpty()) {
            wake();
        }
    }

    void askProgress() {
        progressAsked = true;
        wake();
    }

    void endSoon(String message) {
        endMessage = message;
        wake();
    }

    void wake() {
        if (!scheduled) {
            scheduled = true;
            feed.delivery().execute(this);
        }
    }

    @Override
    public long deliveredThrough() {
        long published = feed.published(); // first: what is published by now has been queued
        if (!behind && lastQueued <= lastDelivered) {
            return Math.max(published, lastDelivered);
        }
        return lastDelivered;
    }

    @Override
    public void requestProgress() {
        feed.lock.lock();
        try {
            if (!closed) {
                askProgress();
            }
        } finally {
            feed.lock.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        feed.remove(this);
    }

    @Override
    public void run() {
        try {
            for (int turn = 0; turn < TURNS_MAX; turn++) {
                if (!turn()) {
                    return;
                }
            }
            feed.delivery().execute(this);
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("range", range).setCause(e).log("watch listener failed");
            end(new Reason.Lost("the watch's listener failed: " + e));
        }
    }

    /// Does one piece of work; false when there is nothing left to do.
    private boolean turn() {
        List<WatchEvent> events = List.of();
        String ending;
        boolean catchUp;
        long through;
        feed.lock.lock();
        try {
            if (closed) {
                return false; // stays scheduled: nothing wakes it any more
            }
            ending = endMessage;
            through = feed.published();
            behind = behind && next <= through;
            catchUp = behind;
            if (ending == null && !catchUp) {
                events = new ArrayList<>(queue);
                queue.clear();
                queuedBytes = 0;
                if (events.isEmpty()) {
                    boolean progress = progressAsked && next <= through + 1;
                    progressAsked = false;
                    if (!progress) {
                        scheduled = false;
                        return false;
                    }
                }
            }
        } finally {
            feed.lock.unlock();
        }
        if (ending != null) {
            end(new Reason.Lost(ending));
            return false;
        }
        if (catchUp) {
            return catchUp(through);
        }
        if (events.isEmpty()) {
            listener.progressed(through);
        } else {
            listener.changed(withPrevious ? events : withoutPrevious(events), through);
        }
        delivered(through);
        return true;
    }

    private boolean catchUp(long published) {
        return switch (feed.history.read(range, next, published, withPrevious)) {
            case History.Slice.Gone(long horizon) -> {
                end(new Reason.Compacted(horizon));
                yield false;
            }
            case History.Slice.Changes(var events, long through) -> {
                if (!events.isEmpty()) {
                    listener.changed(events, through);
                }
                delivered(through);
                yield true;
            }
        };
    }

    private void delivered(long through) {
        feed.lock.lock();
        try {
            next = Math.max(next, through + 1);
            lastDelivered = Math.max(lastDelivered, through);
        } finally {
            feed.lock.unlock();
        }
    }

    private void end(Reason reason) {
        if (!closed) {
            close();
            try {
                listener.ended(reason);
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("watch listener failed at its end");
            }
        }
    }

    private static List<WatchEvent> withoutPrevious(List<WatchEvent> events) {
        for (WatchEvent event : events) {
            if (event.previous() != null) {
                return events.stream()
                        .map(e -> new WatchEvent(e.type(), e.record(), null))
                        .toList();
            }
        }
        return events;
    }
}
