package io.j8s.apiserver.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Plays the part of an I/O thread: opened with its `wake`, it polls when woken.
final class Waiting implements Runnable {

    private final Semaphore woken = new Semaphore(1);

    @Override
    public void run() {
        woken.release();
    }

    /// Polls until `count` items have come.
    List<WatchItem> items(CacheWatcher watcher, int count) throws InterruptedException {
        List<WatchItem> items = new ArrayList<>();
        while (items.size() < count) {
            List<WatchItem> polled = watcher.poll(count - items.size());
            if (polled.isEmpty()) {
                if (!woken.tryAcquire(30, TimeUnit.SECONDS)) {
                    throw new AssertionError(
                            "waited too long, so far: "
                                    + items.stream().map(TestObjects::text).toList());
                }
                woken.drainPermits();
            }
            items.addAll(polled);
        }
        return items;
    }

    List<String> texts(CacheWatcher watcher, int count) throws InterruptedException {
        return items(watcher, count).stream().map(TestObjects::text).toList();
    }
}
