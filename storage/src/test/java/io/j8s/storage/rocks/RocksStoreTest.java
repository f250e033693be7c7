package io.j8s.storage.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.StoreContract;
import io.j8s.storage.TurnedTimers;
import io.j8s.storage.WatchRecorder;
import io.j8s.storage.engine.Retention;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.RangeResult.Found;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.StoreException;
import io.j8s.storage.model.Txn;
import io.j8s.storage.model.WatchEvent;
import io.j8s.storage.model.WatchListener.Reason;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

class RocksStoreTest extends StoreContract {

    private static final SystemTimers TIMERS = new SystemTimers();

    @TempDir private Path directory = Path.of("");
    private int opened;

    @AfterAll
    static void closeTimers() {
        TIMERS.close();
    }

    @Override
    protected Store open() {
        return new RocksStore(directory.resolve("store" + opened++), TIMERS);
    }

    @Override
    protected boolean keepsHistoryBelowLogicalHorizon() {
        return true;
    }

    @Test
    void everythingIsThereAfterARestart() throws InterruptedException {
        Path own = directory.resolve("own");
        long lease;
        long second;
        try (var first = new RocksStore(own, TIMERS)) {
            assertThat(first.revision()).isEqualTo(1);
            lease = first.grantLease(Duration.ofSeconds(60));
            first.txn(Txn.create(Bytes.of("a"), Bytes.of("1"), lease));
            second = first.txn(Txn.update(Bytes.of("a"), 2, Bytes.of("2"), lease)).revision();
            first.txn(Txn.create(Bytes.of("b"), Bytes.of("1"), 0));
            first.compact(second);
        }
        try (var again = new RocksStore(own, TIMERS)) {
            assertThat(again.revision()).isEqualTo(second + 1);
            assertThat(again.compactedRevision()).isEqualTo(second);
            var past = (Found) again.range(RangeRequest.prefix(Bytes.of("a"), 2, 0));
            assertThat(past.records().getFirst().value()).isEqualTo(Bytes.of("1"));
            assertThat(again.grantLease(Duration.ofSeconds(60))).isGreaterThan(lease);
            again.revokeLease(lease);
            assertThat(((Found) again.range(RangeRequest.of(Bytes.of("a")))).count()).isZero();
            assertThat(((Found) again.range(RangeRequest.of(Bytes.of("b")))).count()).isOne();
        }
    }

    @Test
    void aDirectoryInUseIsRefusedInOneSentence() {
        Path own = directory.resolve("own");
        try (var _ = new RocksStore(own, TIMERS)) {
            assertThatThrownBy(() -> new RocksStore(own, TIMERS))
                    .isInstanceOf(StoreException.Unavailable.class)
                    .hasMessage(
                            "the data directory "
                                    + own
                                    + " is in use by another process: stop that one or choose"
                                    + " another directory");
        }
    }

    @Test
    void historyOverTheSizeLimitIsTrimmedUpToTheLogicalHorizon() throws InterruptedException {
        var tight = new Retention(Duration.ofHours(1), 64 << 10);
        try (var store = new RocksStore(directory.resolve("tight"), TIMERS, tight)) {
            Bytes value = Bytes.wrap(new byte[1000]);
            for (int i = 0; i < 1000; i++) {
                write(store, "hot" + i % 10, value);
            }
            store.txn(Txn.create(Bytes.of("/cold"), Bytes.of("old"), 0));
            write(store, "gone", value);
            deleteKey(store, "gone");
            for (int i = 0; i < 500; i++) {
                write(store, "hot" + i % 10, value);
            }
            RangeRequest early = RangeRequest.prefix(Bytes.of("/"), 100, 0);
            assertThat(store.range(early)).isInstanceOf(Found.class);

            store.compact(store.revision() - 5);
            assertThat(store.range(early)).isInstanceOf(RangeResult.Compacted.class);
            for (int i = 0; i < 20; i++) {
                write(store, "hot" + i % 10, value); // lets the trimmer run
            }
            long horizon = ((RangeResult.Compacted) store.range(early)).horizon();
            assertThat(horizon).isBetween(1400L, store.compactedRevision());
            var atHorizon = (Found) store.range(RangeRequest.prefix(Bytes.of("/"), horizon, 0));
            assertThat(atHorizon.count()).isEqualTo(11);
            var now = (Found) store.range(RangeRequest.prefix(Bytes.of("/"), 0, 0));
            assertThat(now.count()).isEqualTo(11);
            assertThat(now.records().getFirst().value()).isEqualTo(Bytes.of("old"));
            checkWatchesAround(store, horizon);
        }
    }

    @Test
    void historyOlderThanTheTimeLimitIsTrimmed() throws InterruptedException {
        var timers = new TurnedTimers();
        try (var store = new RocksStore(directory.resolve("old"), timers)) {
            write(store, "a", Bytes.of("1"));
            long first = store.revision();
            timers.advance(Duration.ofMinutes(40));
            write(store, "a", Bytes.of("2"));
            store.compact(store.revision());
            var early = RangeRequest.prefix(Bytes.of("/"), first, 0);
            assertThat(store.range(early)).isInstanceOf(Found.class);

            timers.advance(Duration.ofMinutes(65));
            write(store, "a", Bytes.of("3"));
            store.compact(store.revision());
            assertThat(store.range(early)).isInstanceOf(RangeResult.Compacted.class);
            assertThat(((Found) store.range(RangeRequest.of(Bytes.of("/a")))).count()).isOne();
        }
    }

    @Test
    void aLeaseBeginsAnewAfterARestart() throws InterruptedException {
        var timers = new TurnedTimers();
        Path own = directory.resolve("own");
        RangeRequest leased = RangeRequest.of(Bytes.of("leased"));
        try (var first = new RocksStore(own, timers)) {
            long lease = first.grantLease(Duration.ofMinutes(1));
            first.txn(Txn.create(Bytes.of("leased"), Bytes.EMPTY, lease));
            timers.advance(Duration.ofSeconds(50));
        }
        try (var again = new RocksStore(own, timers)) {
            timers.advance(Duration.ofSeconds(50));
            assertThat(((Found) again.range(leased)).count()).isOne();
            var recorder = new WatchRecorder();
            again.watch(Bytes.of("leased"), null, 0, false, recorder);
            timers.advance(Duration.ofSeconds(15));
            assertThat(recorder.awaitEvents(1).getFirst().type()).isEqualTo(WatchEvent.Type.DELETE);
            assertThat(((Found) again.range(leased)).count()).isZero();
        }
    }

    private static void checkWatchesAround(Store store, long horizon) throws InterruptedException {
        var tooOld = new WatchRecorder();
        store.watch(Bytes.of("/"), Bytes.EMPTY, horizon - 1, true, tooOld);
        assertThat(tooOld.awaitEnd()).isEqualTo(new Reason.Compacted(horizon));

        var atHorizon = new WatchRecorder();
        try (var _ = store.watch(Bytes.of("/"), Bytes.EMPTY, horizon, true, atHorizon)) {
            int expected = (int) (store.revision() - horizon + 1);
            assertThat(atHorizon.awaitEvents(expected))
                    .hasSize(expected)
                    .allMatch(event -> event.previous() != null);
        }
    }

    private static void write(Store store, String name, Bytes value) throws InterruptedException {
        store.txn(
                new Txn(
                        List.of(),
                        List.of(new Op.Put(Bytes.of("/" + name), value, 0, false)),
                        List.of()));
    }

    private static void deleteKey(Store store, String name) throws InterruptedException {
        store.txn(
                new Txn(
                        List.of(),
                        List.of(new Op.Delete(Bytes.of("/" + name), null, false)),
                        List.of()));
    }
}
