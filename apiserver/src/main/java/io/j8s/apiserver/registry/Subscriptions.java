package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.CacheWatcher;
import io.j8s.apiserver.cache.Freshness;
import io.j8s.apiserver.cache.ObjectSnapshot;
import io.j8s.apiserver.cache.WatchItem;
import io.j8s.apiserver.cache.WatchQuery;
import io.j8s.apiserver.cache.WatchStart;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;

/// Keeps the server's own parts abreast of resources, each on a virtual thread of its own. A watch
/// that fell behind is opened anew; what went meanwhile is told as deleted.
public final class Subscriptions implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Subscriptions.class);

    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration FILLING_MAX = Duration.ofSeconds(10);
    private static final int BATCH = 256;

    private final Timers timers;
    private final List<Thread> threads = new java.util.concurrent.CopyOnWriteArrayList<>();
    private volatile boolean isClosed;

    public Subscriptions(Timers timers) {
        this.timers = timers;
    }

    void open(ServedResource resource, Lookup.Listener listener) {
        threads.add(
                Thread.ofVirtual()
                        .name("subscription " + resource.groupResource())
                        .start(() -> run(resource, listener)));
    }

    private void run(ServedResource resource, Lookup.Listener listener) {
        Set<ObjectKey> known = new HashSet<>();
        while (!isClosed) {
            try {
                var snapshot =
                        resource.reader().await(Freshness.LATEST, timers.deadline(FILLING_MAX));
                follow(resource, listener, known, snapshot);
            } catch (InterruptedException _) {
                return;
            } catch (ApiException e) {
                log.atDebug()
                        .addKeyValue("resource", resource.groupResource())
                        .addKeyValue("error", e.error())
                        .log("subscription waits");
            } catch (RuntimeException e) {
                log.atError()
                        .addKeyValue("resource", resource.groupResource())
                        .setCause(e)
                        .log("subscription failed; opening it anew");
            }
            try {
                timers.sleep(PAUSE);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private void follow(
            ServedResource resource,
            Lookup.Listener listener,
            Set<ObjectKey> known,
            ObjectSnapshot snapshot)
            throws InterruptedException {
        var before = new HashSet<>(known);
        var wake = new Semaphore(0);
        try (CacheWatcher watcher =
                resource.reader()
                        .watch(
                                WatchQuery.ALL,
                                new WatchStart.WithState(snapshot, true),
                                wake::release)) {
            while (!isClosed) {
                var items = watcher.poll(BATCH);
                if (items.isEmpty()) {
                    wake.acquire();
                    wake.drainPermits();
                    continue;
                }
                for (var item : items) {
                    switch (item) {
                        case WatchItem.Changed(var type, var object) -> {
                            before.remove(object.key());
                            if (type == WatchItem.Type.DELETED) {
                                known.remove(object.key());
                                listener.deleted(object.key());
                            } else {
                                known.add(object.key());
                                listener.put(object.key(), resource.stored().tree(object));
                            }
                        }
                        case WatchItem.Bookmark bookmark -> {
                            if (bookmark.initialEventsEnd()) {
                                before.forEach(listener::deleted);
                                known.removeAll(before);
                                before.clear();
                            }
                        }
                        case WatchItem.Failed _, WatchItem.Ended _ -> {
                            return;
                        }
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        isClosed = true;
        threads.forEach(Thread::interrupt);
    }
}
