package io.j8s.apiserver.cache;

import static io.j8s.apiserver.cache.TestObjects.put;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.meta.ObjectKey;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

class WatchCacheTest extends ObjectReaderContract {

    private static final CacheLimits SMALL = new CacheLimits(50, 1 << 20, 100);

    private final WatchCache cache =
            new WatchCache(store, TestObjects.RESOURCE, TestObjects::decode, timers, SMALL);

    @BeforeEach
    void startCache() {
        cache.start();
    }

    @AfterEach
    void closeCache() {
        cache.close();
    }

    @Override
    protected ObjectReader reader() {
        return cache;
    }

    @Override
    protected void expireWindow() throws InterruptedException {
        for (int i = 0; i < 60; i++) {
            put(store, "default", "filler", "w" + i);
        }
        latest();
    }

    @Test
    void whatIsQuietIsReadWithoutBlocking() throws InterruptedException {
        put(store, "default", "a", "red");
        latest();

        assertThat(cache.now(Freshness.LATEST)).isNotNull();
        assertThat(cache.now(Freshness.ANY)).isNotNull();
        assertThat(cache.now(new Freshness.AtLeast(1L << 40))).isNull();
    }

    @Test
    void aSnapshotDoesNotChange() throws InterruptedException {
        put(store, "default", "a", "red");
        ObjectSnapshot before = latest();
        put(store, "default", "a", "blue");
        put(store, "default", "b", "blue");
        latest();

        assertThat(names(before.list(ListQuery.ALL))).containsExactly("a=red");
        assertThat(before.get(new ObjectKey("default", "b"))).isNull();
    }

    @Test
    void anObjectThatCannotBeDecodedIsLeftOut() throws InterruptedException {
        put(store, "default", "a", "red");
        put(store, "default", "b", "broken");
        put(store, "default", "c", "blue");

        assertThat(names(latest().list(ListQuery.ALL))).containsExactly("a=red", "c=blue");
    }

    @Test
    void aWatchOutOfTheWindowButAboveTheHorizonIsServedFromTheStore() throws InterruptedException {
        long first = put(store, "default", "a", "red");
        long second = put(store, "default", "a", "blue");
        expireWindow();
        var waiting = new Waiting();
        try (var watcher = watch(WatchQuery.ALL, new WatchStart.After(first), waiting)) {
            assertThat(waiting.texts(watcher, 2).getFirst())
                    .isEqualTo("MODIFIED default/a=blue@" + second);
        }
    }

    @Test
    void aSlowWatcherIsEndedAfterWhatWaited() throws InterruptedException {
        long first = put(store, "default", "a", "red");
        var waiting = new Waiting();
        try (var watcher = watch(WatchQuery.ALL, new WatchStart.After(first), waiting)) {
            for (int i = 0; i < 150; i++) {
                put(store, "default", "a", "w" + i);
            }
            latest(); // all of it has been offered
            List<String> texts = waiting.texts(watcher, 101);
            assertThat(texts.getFirst()).isEqualTo("MODIFIED default/a=w0@" + (first + 1));
            assertThat(texts.get(99)).isEqualTo("MODIFIED default/a=w99@" + (first + 100));
            assertThat(texts.getLast()).isEqualTo("ENDED");
            assertThat(watcher.poll(10)).isEmpty();
        }
    }

    @Test
    void watchersThatSeeTheSameChangeShareItsItem() throws InterruptedException {
        long first = put(store, "default", "a", "red");
        var one = new Waiting();
        var two = new Waiting();
        try (var a = watch(WatchQuery.ALL, new WatchStart.After(first), one);
                var b = watch(WatchQuery.ALL, new WatchStart.After(first), two)) {
            put(store, "default", "a", "blue");
            assertThat(one.items(a, 1).getFirst()).isSameAs(two.items(b, 1).getFirst());
        }
    }

    @Test
    void watchersWithManyWritersSeeWhatAListShows() throws Exception {
        put(store, "default", "begin", "w");
        int writers = 6;
        int writes = 300;
        var big = new WatchCache(store, TestObjects.RESOURCE, TestObjects::decode, timers);
        big.start();
        List<Future<Map<String, String>>> replays = new ArrayList<>();
        try (big;
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                String namespace = "ns" + writer;
                running.add(
                        tasks.submit(() -> {
                            for (int i = 0; i < writes; i++) {
                                if (i % 7 == 6) {
                                    TestObjects.delete(store, namespace, "n" + (i - 1) % 20);
                                } else {
                                    put(store, namespace, "n" + i % 20, "w" + i);
                                }
                            }
                            return null;
                        }));
            }
            for (int i = 0; i < 8; i++) {
                replays.add(tasks.submit(() -> replayUntilEnd(big)));
            }
            for (Future<?> task : running) {
                task.get();
            }
            put(store, "zz", "end", "w");
            ObjectPage list = big.await(Freshness.LATEST, deadline()).list(ListQuery.ALL);
            Map<String, String> expected = new HashMap<>();
            list.items().forEach(o -> expected.put(o.key().toString(), o.toString()));
            for (Future<Map<String, String>> replay : replays) {
                assertThat(replay.get()).isEqualTo(expected);
            }
        }
    }

    /// Follows a watch as a client does and returns what it then holds.
    private Map<String, String> replayUntilEnd(WatchCache from) throws InterruptedException {
        ObjectSnapshot snapshot = from.await(Freshness.LATEST, deadline());
        var waiting = new Waiting();
        Map<String, String> held = new HashMap<>();
        long last = 0;
        try (var watcher =
                from.watch(WatchQuery.ALL, new WatchStart.WithState(snapshot, true), waiting)) {
            boolean initial = true;
            while (!held.containsKey("zz/end")) {
                WatchItem item = waiting.items(watcher, 1).getFirst();
                switch (item) {
                    case WatchItem.Bookmark(long revision, _) -> {
                        initial = false;
                        last = revision;
                    }
                    case WatchItem.Changed(var type, var object) -> {
                        if (!initial && object.resourceVersion() <= last) {
                            throw new AssertionError(
                                    "revision went back: "
                                            + last
                                            + " -> "
                                            + object.resourceVersion());
                        }
                        last = initial ? 0 : object.resourceVersion();
                        apply(held, type, object);
                    }
                    default -> throw new AssertionError("unexpected " + TestObjects.text(item));
                }
            }
        }
        return held;
    }

    private static void apply(Map<String, String> held, WatchItem.Type type, EncodedObject object) {
        String key = object.key().toString();
        if (type == WatchItem.Type.DELETED) {
            assertThat(held.remove(key)).isNotNull();
        } else {
            boolean isNew = held.put(key, object.toString()) == null;
            assertThat(isNew).isEqualTo(type == WatchItem.Type.ADDED);
        }
    }
}
