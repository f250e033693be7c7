package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.CacheWatcher;
import io.j8s.apiserver.cache.WatchItem;
import io.j8s.apiserver.request.EventStream;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/// Carries a watcher's items to its client as fast as the client takes them. All but [#wake] runs
/// on the stream's thread, so that a watch has no locks: what waits for a slow client waits in the
/// watcher's bounded queue, and the cache ends the watch when that is full.
final class WatchPump {

    private static final int BATCH = 64;
    private static final Duration LAST_BOOKMARK_MAX = Duration.ofMillis(500);

    private final EventStream stream;
    private final EventFrames.Frames frames;
    private final PumpQueues queues;
    private final Timers timers;
    private final boolean bookmarks;
    private final AtomicBoolean isScheduled = new AtomicBoolean();
    private @Nullable CacheWatcher watcher;
    private Timers.@Nullable Scheduled timeout;
    private boolean isFirst = true;
    private boolean isLeaving;
    private boolean isOver;

    /// @param bookmarks whether the client wants them
    WatchPump(
            EventStream stream,
            EventFrames.Frames frames,
            boolean bookmarks,
            PumpQueues queues,
            Timers timers) {
        this.queues = queues;
        this.bookmarks = bookmarks;
        this.stream = stream;
        this.frames = frames;
        this.timers = timers;
    }

    void open(CacheWatcher opened, Duration limit) {
        stream.thread()
                .execute(() -> {
                    watcher = opened;
                    stream.onRoom(this::pump);
                    timeout = timers.schedule(limit, stream.thread(), this::timeOut);
                    stream.onClosed(this::close);
                    pump();
                });
    }

    /// There is something to poll. Any thread; quick.
    void wake() {
        if (isScheduled.compareAndSet(false, true)) {
            if (stream.sharesThread()) {
                queues.add(stream.thread(), this::pump);
            } else {
                stream.thread().execute(this::pump);
            }
        }
    }

    private void pump() {
        isScheduled.set(false);
        var source = watcher;
        if (source == null || isOver) {
            return;
        }
        while (!isOver && stream.hasRoom()) {
            var items = source.poll(BATCH);
            if (items.isEmpty()) {
                break;
            }
            for (var item : items) {
                send(item);
            }
        }
        stream.flush();
    }

    private void send(WatchItem item) {
        switch (item) {
            case WatchItem.Changed changed -> {
                stream.append(frames.changed(changed, isFirst));
                isFirst = false;
            }
            case WatchItem.Bookmark bookmark -> {
                stream.append(frames.bookmark(bookmark));
                if (isLeaving) {
                    over();
                }
            }
            case WatchItem.Failed(var error) -> {
                stream.append(frames.error(error));
                over();
            }
            case WatchItem.Ended(_) -> over();
        }
    }

    private void timeOut() {
        var source = watcher;
        if (source == null || isOver || !bookmarks) {
            over();
            return;
        }
        // upstream: a last bookmark, so that the client resumes without a gap
        isLeaving = true;
        source.bookmarkSoon();
        pump();
        if (!isOver) { // it comes by way of the store
            timeout = timers.schedule(LAST_BOOKMARK_MAX, stream.thread(), this::over);
        }
    }

    void fail(ApiError error) {
        stream.thread()
                .execute(() -> {
                    stream.append(frames.error(error));
                    stream.flush();
                    over();
                });
    }

    void end() {
        stream.end();
    }

    private void over() {
        isOver = true;
        stream.end();
    }

    private void close() {
        isOver = true;
        var source = watcher;
        if (source != null) {
            source.close();
        }
        var pending = timeout;
        if (pending != null) {
            pending.close();
        }
    }
}
