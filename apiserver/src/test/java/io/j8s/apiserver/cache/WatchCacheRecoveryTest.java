package io.j8s.apiserver.cache;

import static io.j8s.apiserver.cache.TestObjects.delete;
import static io.j8s.apiserver.cache.TestObjects.put;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.memory.MemoryStore;
import io.j8s.storage.model.WatchListener.Reason;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;

/// What the cache does when the store's watch ends, and once a minute.
class WatchCacheRecoveryTest {

    private final SystemTimers real = new SystemTimers();
    private final HandTurnedTimers timers = new HandTurnedTimers(real);
    private final BreakableStore store = new BreakableStore(new MemoryStore(real));
    private final WatchCache cache =
            new WatchCache(store, TestObjects.RESOURCE, TestObjects::decode, timers);

    @AfterEach
    void close() {
        cache.close();
        store.close();
        real.close();
    }

    @Test
    void anUnfilledCacheAsksForPatience() {
        assertThat(cache.isReady()).isFalse();
        assertThat(cache.now(Freshness.ANY)).isNull();
        assertThatThrownBy(() -> cache.await(Freshness.ANY, timers.deadline(Duration.ofMillis(50))))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e ->
                                assertThat(e.error())
                                        .isEqualTo(
                                                new ApiError.TooManyRequests(
                                                        "storage is (re)initializing",
                                                        Duration.ofSeconds(1))));
    }

    @Test
    void aLostConnectionLeavesNoGap() throws InterruptedException {
        cache.start();
        long first = put(store, "default", "a", "red");
        latest();
        var waiting = new Waiting();
        try (var watcher = cache.watch(WatchQuery.ALL, new WatchStart.After(first), waiting)) {
            awaitOpenWatch();
            store.endWatches(new Reason.Lost("test"));
            long second = put(store, "default", "a", "blue");
            long third = delete(store, "default", "a");

            assertThat(waiting.texts(watcher, 2))
                    .containsExactly(
                            "MODIFIED default/a=blue@" + second, "DELETED default/a=blue@" + third);
        }
        assertThat(latest().count()).isZero();
    }

    @Test
    void aCompactionBelowTheCacheFillsItAnewAndEndsItsWatchers() throws InterruptedException {
        cache.start();
        long first = put(store, "default", "a", "red");
        latest();
        var waiting = new Waiting();
        try (var watcher = cache.watch(WatchQuery.ALL, new WatchStart.After(first), waiting)) {
            awaitOpenWatch();
            store.endWatches(new Reason.Compacted(first + 100));
            put(store, "default", "b", "blue");

            assertThat(waiting.texts(watcher, 1)).containsExactly("ENDED");
        }
        assertThat(latest().count()).isEqualTo(2);
        awaitOpenWatch();
    }

    @Test
    void bookmarksComeOnceAMinuteToThoseWhoWantThem() throws InterruptedException {
        cache.start();
        long first = put(store, "default", "a", "red");
        latest();
        var wanting = new Waiting();
        var query = new WatchQuery(null, null, Selection.EVERYTHING, null, true);
        try (var watcher = cache.watch(query, new WatchStart.After(first), wanting);
                var other = cache.watch(WatchQuery.ALL, new WatchStart.After(first), () -> {})) {
            long elsewhere =
                    store.txn(
                                    io.j8s.storage.model.Txn.create(
                                            io.j8s.storage.model.Bytes.of("/registry/other"),
                                            io.j8s.storage.model.Bytes.EMPTY,
                                            0))
                            .revision();
            timers.letLaterCome();
            assertThat(wanting.texts(watcher, 1)).containsExactly("BOOKMARK " + elsewhere);
            timers.letLaterCome();
            assertThat(wanting.texts(watcher, 1)).containsExactly("BOOKMARK " + elsewhere);
            assertThat(other.poll(10)).isEmpty();
        }
    }

    /// The cache is filled a moment before its watch is open.
    private void awaitOpenWatch() throws InterruptedException {
        var deadline = real.deadline(Duration.ofSeconds(10));
        while (store.openWatches() == 0 && !deadline.hasPassed()) {
            real.sleep(Duration.ofMillis(2));
        }
        assertThat(store.openWatches()).isOne();
    }

    private ObjectSnapshot latest() throws InterruptedException {
        return cache.await(Freshness.LATEST, real.deadline(Duration.ofSeconds(10)));
    }
}
