package io.j8s.apiserver.cache;

import io.j8s.machinery.timers.Timers;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.StoreException;
import io.j8s.storage.model.WatchEvent;
import io.j8s.storage.model.WatchListener;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Fills a [WatchCache] by a list in pages and keeps it abreast by a watch; both again when the
/// store was away. Its work runs on a virtual thread of its own while it is not watching.
final class CacheFeed implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CacheFeed.class);
    private static final int PAGE = 5000; // every page counts the rest, so few are cheaper
    private static final Duration BACKOFF_MIN = Duration.ofMillis(100);
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(5);

    private final Store store;
    private final StoredResource resource;
    private final Timers timers;
    private final WatchCache cache;
    private volatile Store.@Nullable Watch watch;
    private volatile boolean closed;

    CacheFeed(Store store, StoredResource resource, Timers timers, WatchCache cache) {
        this.store = store;
        this.resource = resource;
        this.timers = timers;
        this.cache = cache;
    }

    void start() {
        run(this::fill);
    }

    /// Every change up to this revision is in the cache; 0 when that is not known.
    long deliveredThrough() {
        Store.Watch open = watch;
        return open == null ? 0 : open.deliveredThrough();
    }

    void requestProgress() {
        Store.Watch open = watch;
        if (open != null) {
            open.requestProgress();
        }
    }

    @Override
    public void close() {
        closed = true;
        Store.Watch open = watch;
        if (open != null) {
            open.close();
        }
    }

    private void fill() {
        Duration backoff = BACKOFF_MIN;
        while (!closed) {
            try {
                long revision = list();
                if (revision > 0) {
                    follow(revision);
                    return;
                }
            } catch (StoreException e) {
                LOG.atWarn()
                        .addKeyValue("resource", resource.resource())
                        .addKeyValue("cause", e.getMessage())
                        .log("cannot list from the store, trying again");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            if (!sleep(backoff)) {
                return;
            }
            backoff = longer(backoff);
        }
    }

    /// The revision of the list that now is in the cache; 0 when history was trimmed meanwhile.
    private long list() throws InterruptedException {
        List<EncodedObject> objects = new ArrayList<>();
        Bytes from = resource.everything();
        Bytes end = from.prefixEnd();
        long revision = 0;
        while (true) {
            var request = new RangeRequest(from, end, revision, PAGE, false, false, false, 0);
            if (!(store.range(request) instanceof RangeResult.Found found)) {
                return 0;
            }
            revision = revision == 0 ? found.revision() : revision;
            for (KeyValue record : found.records()) {
                EncodedObject object = cache.decode(record);
                if (object != null) {
                    objects.add(object);
                }
            }
            if (!found.more()) {
                cache.filled(objects, revision);
                return revision;
            }
            from = found.records().getLast().key().successor();
        }
    }

    private void follow(long revision) {
        Bytes start = resource.everything();
        Store.Watch opened =
                store.watch(start, start.prefixEnd(), revision + 1, false, new Listener());
        watch = opened;
        if (closed) {
            opened.close();
        }
    }

    private void resume() {
        Duration backoff = BACKOFF_MIN;
        while (!closed && sleep(backoff)) {
            try {
                follow(cache.revision());
                return;
            } catch (StoreException e) {
                backoff = longer(backoff);
            }
        }
    }

    private boolean sleep(Duration duration) {
        try {
            timers.sleep(duration);
            return !closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void run(Runnable work) {
        Thread.ofVirtual().name("cache-" + resource.resource()).start(work);
    }

    private static Duration longer(Duration backoff) {
        Duration twice = backoff.multipliedBy(2);
        return twice.compareTo(BACKOFF_MAX) > 0 ? BACKOFF_MAX : twice;
    }

    private final class Listener implements WatchListener {

        @Override
        public void changed(List<WatchEvent> events, long revision) {
            cache.changed(events, revision);
        }

        @Override
        public void progressed(long revision) {
            cache.progressed(revision);
        }

        @Override
        public void ended(Reason reason) {
            watch = null;
            if (closed) {
                return;
            }
            LOG.atWarn()
                    .addKeyValue("resource", resource.resource())
                    .addKeyValue("reason", reason)
                    .log("watch on the store ended, opening another");
            run(
                    switch (reason) {
                        case Reason.Compacted _ -> CacheFeed.this::fill;
                        case Reason.Lost _ -> CacheFeed.this::resume;
                    });
        }
    }
}
