package io.j8s.apiserver.cache;

import static io.j8s.apiserver.cache.TestObjects.delete;
import static io.j8s.apiserver.cache.TestObjects.put;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Deadline;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.memory.MemoryStore;
import io.j8s.storage.model.Store;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/// What the verbs may expect of every reader, with or without a cache.
abstract class ObjectReaderContract {

    protected final SystemTimers timers = new SystemTimers();
    protected final Store store = openStore();

    protected abstract ObjectReader reader();

    /// Called while the fields are made.
    protected Store openStore() {
        return new MemoryStore(timers);
    }

    @AfterEach
    void closeStore() {
        store.close();
        timers.close();
    }

    @Test
    void readsWhatWasAcknowledgedBefore() throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            long revision = put(store, "default", "a", "word" + i);
            ObjectSnapshot snapshot = latest();
            EncodedObject object = snapshot.get(new ObjectKey("default", "a"));
            assertThat(Objects.requireNonNull(object).resourceVersion()).isEqualTo(revision);
            assertThat(snapshot.revision()).isGreaterThanOrEqualTo(revision);
        }
    }

    @Test
    void theLatestCountsChangesOfOtherResources() throws InterruptedException {
        put(store, "default", "a", "red");
        latest();
        long elsewhere =
                store.txn(
                                io.j8s.storage.model.Txn.create(
                                        io.j8s.storage.model.Bytes.of("/registry/other"),
                                        io.j8s.storage.model.Bytes.EMPTY,
                                        0))
                        .revision();

        assertThat(latest().revision()).isEqualTo(elsewhere);
    }

    @Test
    void listsInPagesOfOneRevision() throws InterruptedException {
        for (String name : List.of("a", "b", "c", "d", "e")) {
            put(store, "default", name, "red");
            put(store, "other", name, "blue");
        }
        ObjectPage first = latest().list(new ListQuery("default", Selection.EVERYTHING, 2, null));
        put(store, "default", "c", "changed");
        delete(store, "default", "d");

        ObjectSnapshot later = reader().await(new Freshness.Exactly(first.revision()), deadline());
        ObjectPage second =
                later.list(
                        new ListQuery(
                                "default", Selection.EVERYTHING, 2, first.items().getLast().key()));
        ObjectPage third =
                later.list(
                        new ListQuery(
                                "default",
                                Selection.EVERYTHING,
                                2,
                                second.items().getLast().key()));

        assertThat(names(first)).containsExactly("a=red", "b=red");
        assertThat(first.more()).isTrue();
        assertThat(first.remaining()).isEqualTo(3);
        assertThat(names(second)).containsExactly("c=red", "d=red");
        assertThat(second.revision()).isEqualTo(first.revision());
        assertThat(names(third)).containsExactly("e=red");
        assertThat(third.more()).isFalse();
    }

    @Test
    void listsOnlyWhatIsSelected() throws InterruptedException {
        put(store, "default", "a", "red");
        put(store, "default", "b", "blue");
        put(store, "default", "c", "red");
        put(store, "default", "d", "red");

        ObjectPage page = latest().list(new ListQuery(null, TestObjects.is("red"), 2, null));
        assertThat(names(page)).containsExactly("a=red", "c=red");
        assertThat(page.more()).isTrue();
        assertThat(page.remaining()).isEqualTo(-1);
        assertThat(latest().count()).isEqualTo(4);
    }

    @Test
    void refusesARevisionThatIsNotReached() throws InterruptedException {
        long revision = put(store, "default", "a", "red");

        assertThatThrownBy(() ->
                        reader().await(
                                        new Freshness.AtLeast(revision + 1000),
                                        timers.deadline(Duration.ofMillis(200))))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e ->
                                assertThat(e.error())
                                        .isEqualTo(
                                                new ApiError.TooLargeResourceVersion(
                                                        revision + 1000,
                                                        revision,
                                                        Duration.ofSeconds(1))));
    }

    @Test
    void refusesARevisionBelowTheLogicalHorizon() throws InterruptedException {
        long old = put(store, "default", "a", "red");
        put(store, "default", "a", "green");
        long now = put(store, "default", "a", "blue");
        store.compact(now);

        assertThatThrownBy(() -> reader().await(new Freshness.Exactly(old), deadline()))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> assertThat(e.error()).isInstanceOf(ApiError.Expired.class));
        ObjectPage past = reader().await(new Freshness.AsOf(old), deadline()).list(ListQuery.ALL);
        assertThat(names(past)).containsExactly("a=red");
    }

    @Test
    void aWatchAfterARevisionSeesWhatFollowed() throws InterruptedException {
        long first = put(store, "default", "a", "red");
        long second = put(store, "default", "a", "blue");
        long third = delete(store, "default", "a");
        var waiting = new Waiting();
        try (var watcher = watch(WatchQuery.ALL, new WatchStart.After(first), waiting)) {
            assertThat(waiting.texts(watcher, 2))
                    .containsExactly(
                            "MODIFIED default/a=blue@" + second, "DELETED default/a=blue@" + third);
            long fourth = put(store, "default", "a", "new");
            assertThat(waiting.texts(watcher, 1)).containsExactly("ADDED default/a=new@" + fourth);
        }
    }

    @Test
    void aWatchWithStateBeginsWithEachObject() throws InterruptedException {
        long first = put(store, "default", "a", "red");
        long second = put(store, "default", "b", "red");
        var waiting = new Waiting();
        ObjectSnapshot snapshot = latest();
        long third = put(store, "default", "b", "blue");
        try (var watcher =
                watch(WatchQuery.ALL, new WatchStart.WithState(snapshot, true), waiting)) {
            assertThat(waiting.texts(watcher, 4))
                    .containsExactly(
                            "ADDED default/a=red@" + first,
                            "ADDED default/b=red@" + second,
                            "BOOKMARK " + second + " end",
                            "MODIFIED default/b=blue@" + third);
        }
    }

    @Test
    void objectsEnterAndLeaveASelector() throws InterruptedException {
        long first = put(store, "default", "a", "blue");
        var waiting = new Waiting();
        var query = new WatchQuery("default", null, TestObjects.is("red"), null, false);
        try (var watcher = watch(query, new WatchStart.After(first), waiting)) {
            long enters = put(store, "default", "a", "red");
            long stays = put(store, "default", "a", "red");
            long leaves = put(store, "default", "a", "blue");
            put(store, "other", "x", "red");
            delete(store, "default", "a");
            long created = put(store, "default", "c", "red");
            long deleted = delete(store, "default", "c");

            assertThat(waiting.texts(watcher, 5))
                    .containsExactly(
                            "ADDED default/a=red@" + enters,
                            "MODIFIED default/a=red@" + stays,
                            "DELETED default/a=red@" + leaves,
                            "ADDED default/c=red@" + created,
                            "DELETED default/c=red@" + deleted);
        }
    }

    @Test
    void aPinnedOrNamedWatcherSeesItsObjectsOnly() throws InterruptedException {
        long first = put(store, "default", "a", "blue");
        var pinned =
                new WatchQuery(
                        null, null, TestObjects.is("red"), new WatchQuery.Pin(0, "red"), false);
        var named = new WatchQuery("default", "b", Selection.EVERYTHING, null, false);
        var pinnedWaiting = new Waiting();
        var namedWaiting = new Waiting();
        try (var pinnedWatcher = watch(pinned, new WatchStart.After(first), pinnedWaiting);
                var namedWatcher = watch(named, new WatchStart.After(first), namedWaiting)) {
            long enters = put(store, "default", "a", "red");
            long named1 = put(store, "default", "b", "green");
            long leaves = put(store, "default", "a", "green");
            long named2 = put(store, "default", "b", "red");

            assertThat(pinnedWaiting.texts(pinnedWatcher, 3))
                    .containsExactly(
                            "ADDED default/a=red@" + enters,
                            "DELETED default/a=red@" + leaves,
                            "ADDED default/b=red@" + named2);
            assertThat(namedWaiting.texts(namedWatcher, 2))
                    .containsExactly(
                            "ADDED default/b=green@" + named1, "MODIFIED default/b=red@" + named2);
        }
    }

    @Test
    void aBookmarkComesBehindWhatWaits() throws InterruptedException {
        long first = put(store, "default", "a", "red");
        latest();
        var waiting = new Waiting();
        var query = new WatchQuery(null, null, Selection.EVERYTHING, null, true);
        try (var watcher = watch(query, new WatchStart.After(first), waiting)) {
            long second = put(store, "default", "a", "blue");
            assertThat(waiting.texts(watcher, 1))
                    .containsExactly("MODIFIED default/a=blue@" + second);
            watcher.bookmarkSoon();
            assertThat(waiting.texts(watcher, 1)).containsExactly("BOOKMARK " + second);
        }
    }

    @Test
    void aWatchFromBelowTheHorizonGetsOneError() throws InterruptedException {
        long old = put(store, "default", "a", "red");
        put(store, "default", "a", "green");
        long now = put(store, "default", "a", "blue");
        latest();
        store.compact(now);
        expireWindow();
        var waiting = new Waiting();
        try (var watcher = watch(WatchQuery.ALL, new WatchStart.After(old), waiting)) {
            assertThat(waiting.items(watcher, 1).getFirst())
                    .isInstanceOfSatisfying(
                            WatchItem.Failed.class,
                            failed ->
                                    assertThat(failed.error())
                                            .isEqualTo(
                                                    new ApiError.Expired(
                                                            "too old resource version: %d (%d)"
                                                                    .formatted(old, now - 1))));
        }
    }

    /// Makes a cached reader forget its recent changes.
    protected void expireWindow() throws InterruptedException {}

    protected ObjectSnapshot latest() throws InterruptedException {
        ObjectSnapshot now = reader().now(Freshness.LATEST);
        return now != null ? now : reader().await(Freshness.LATEST, deadline());
    }

    protected CacheWatcher watch(WatchQuery query, WatchStart start, Waiting waiting)
            throws InterruptedException {
        latest();
        return reader().watch(query, start, waiting);
    }

    protected Deadline deadline() {
        return timers.deadline(Duration.ofSeconds(30));
    }

    protected static List<String> names(ObjectPage page) {
        return page.items().stream()
                .map(object -> object.key().name() + "=" + object.labels().get("is"))
                .toList();
    }
}
