package io.j8s.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Compare;
import io.j8s.storage.model.Compare.Relation;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.RangeResult.Found;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.StoreException;
import io.j8s.storage.model.Txn;
import io.j8s.storage.model.TxnResult;
import io.j8s.storage.model.TxnResult.OpResult;
import io.j8s.storage.model.WatchEvent;
import io.j8s.storage.model.WatchListener.Reason;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// What every engine promises. Keys carry a prefix of their own for each test and revisions are
/// compared relatively, because the etcd engine's tests share one server.
public abstract class StoreContract {

    private final String id = UUID.randomUUID().toString();
    private final String prefix;
    private Store store;

    protected StoreContract() {
        this("/");
    }

    /// @param root what every key of these tests begins with
    protected StoreContract(String root) {
        prefix = root + id + "/";
    }

    protected abstract Store open() throws Exception;

    /// Whether history survives below the logical horizon.
    protected abstract boolean keepsHistoryBelowLogicalHorizon();

    protected Store store() {
        return store;
    }

    @BeforeEach
    void openStore() throws Exception {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    // Revisions and records

    @Test
    void everyWriteMakesOneNewRevision() throws InterruptedException {
        long before = store.revision();
        TxnResult first = put("a", "1");
        TxnResult second = put("a", "2");

        assertThat(first.revision()).isEqualTo(before + 1);
        assertThat(second.revision()).isEqualTo(before + 2);
        assertThat(store.revision()).isEqualTo(before + 2);
    }

    @Test
    void aTransactionOfSeveralWritesIsOneRevision() throws InterruptedException {
        long before = store.revision();
        store.txn(new Txn(List.of(), List.of(op("a", "1"), op("b", "2")), List.of()));

        assertThat(store.revision()).isEqualTo(before + 1);
        assertThat(all().records()).extracting(KeyValue::modRevision).containsOnly(before + 1);
    }

    @Test
    void aTransactionThatWritesNothingMakesNoRevision() throws InterruptedException {
        long before = store.revision();
        TxnResult result =
                store.txn(
                        new Txn(
                                List.of(),
                                List.of(
                                        new Op.Delete(key("none"), null, true),
                                        new Op.Range(RangeRequest.of(key("none")))),
                                List.of()));

        assertThat(result.revision()).isEqualTo(before);
        assertThat(result.results().getFirst()).isEqualTo(new OpResult.Delete(0, List.of()));
        assertThat(store.revision()).isEqualTo(before);
    }

    @Test
    void aRecordCountsItsVersionsAndRemembersItsCreation() throws InterruptedException {
        long created = put("a", "1").revision();
        long changed = put("a", "2").revision();
        assertThat(get("a"))
                .isEqualTo(new KeyValue(key("a"), Bytes.of("2"), created, changed, 2, 0));

        delete("a");
        assertThat(get("a")).isNull();

        long again = put("a", "3").revision();
        assertThat(get("a")).isEqualTo(new KeyValue(key("a"), Bytes.of("3"), again, again, 1, 0));
    }

    @Test
    void anEmptyValueIsNoMissingValue() throws InterruptedException {
        put("a", "");

        assertThat(value("a")).isEmpty();
    }

    // Transactions

    @Test
    void createReadsWhatIsAlreadyThere() throws InterruptedException {
        assertThat(store.txn(Txn.create(key("a"), Bytes.of("1"), 0)).succeeded()).isTrue();

        TxnResult second = store.txn(Txn.create(key("a"), Bytes.of("2"), 0));
        assertThat(second.succeeded()).isFalse();
        assertThat(second.results()).hasSize(1);
        assertThat(found(second).records().getFirst().value()).isEqualTo(Bytes.of("1"));
    }

    @Test
    void updateAndDeleteRefuseAStaleRevision() throws InterruptedException {
        long first = put("a", "1").revision();
        long second = store.txn(Txn.update(key("a"), first, Bytes.of("2"), 0)).revision();

        TxnResult stale = store.txn(Txn.update(key("a"), first, Bytes.of("3"), 0));
        assertThat(stale.succeeded()).isFalse();
        assertThat(found(stale).records().getFirst().modRevision()).isEqualTo(second);
        assertThat(store.txn(Txn.delete(key("a"), first)).succeeded()).isFalse();

        TxnResult deleted = store.txn(Txn.delete(key("a"), second));
        assertThat(deleted.succeeded()).isTrue();
        assertThat(deletedBy(deleted).previous().getFirst().value()).isEqualTo(Bytes.of("2"));
    }

    @Test
    void comparesLookAtEveryPartOfARecord() throws InterruptedException {
        long lease = store.grantLease(Duration.ofSeconds(60));
        long created = put("a", "m").revision();
        long changed =
                store.txn(
                                new Txn(
                                        List.of(),
                                        List.of(new Op.Put(key("a"), Bytes.of("m"), lease, false)),
                                        List.of()))
                        .revision();
        Bytes a = key("a");
        for (Relation relation : Relation.values()) {
            assertThat(holds(new Compare.Version(a, relation, 2))).isEqualTo(is(relation, 0));
            assertThat(holds(new Compare.Version(a, relation, 3))).isEqualTo(is(relation, -1));
            assertThat(holds(new Compare.CreateRevision(a, relation, created - 1)))
                    .isEqualTo(is(relation, 1));
            assertThat(holds(new Compare.ModRevision(a, relation, changed)))
                    .isEqualTo(is(relation, 0));
            assertThat(holds(new Compare.ModRevision(a, relation, changed + 1)))
                    .isEqualTo(is(relation, -1));
            assertThat(holds(new Compare.Lease(a, relation, lease))).isEqualTo(is(relation, 0));
            assertThat(holds(new Compare.Value(a, relation, Bytes.of("m"))))
                    .isEqualTo(is(relation, 0));
            assertThat(holds(new Compare.Value(a, relation, Bytes.of("k"))))
                    .isEqualTo(is(relation, 1));
            assertThat(holds(new Compare.Value(a, relation, Bytes.wrap(new byte[] {-1}))))
                    .isEqualTo(is(relation, -1));
        }
    }

    @Test
    void anAbsentKeyHasNumbersOfZeroAndNoValue() throws InterruptedException {
        Bytes none = key("none");

        assertThat(holds(new Compare.Version(none, Relation.EQUAL, 0))).isTrue();
        assertThat(holds(new Compare.CreateRevision(none, Relation.EQUAL, 0))).isTrue();
        assertThat(holds(new Compare.ModRevision(none, Relation.LESS, 1))).isTrue();
        assertThat(holds(new Compare.ModRevision(none, Relation.GREATER, 0))).isFalse();
        for (Relation relation : Relation.values()) {
            assertThat(holds(new Compare.Value(none, relation, Bytes.EMPTY))).isFalse();
        }
    }

    @Test
    void allComparesMustHold() throws InterruptedException {
        put("a", "1");
        TxnResult result =
                store.txn(
                        new Txn(
                                List.of(Compare.absent(key("b")), Compare.absent(key("a"))),
                                List.of(op("b", "x")),
                                List.of(op("c", "y"))));

        assertThat(result.succeeded()).isFalse();
        assertThat(get("b")).isNull();
        assertThat(value("c")).isEqualTo("y");
    }

    @Test
    void operationsSeeEachOthersEffects() throws InterruptedException {
        put("a", "1");
        TxnResult result =
                store.txn(
                        new Txn(
                                List.of(),
                                List.of(
                                        new Op.Put(key("b"), Bytes.of("2"), 0, true),
                                        new Op.Delete(key("a"), null, true),
                                        new Op.Range(RangeRequest.prefix(Bytes.of(prefix), 0, 0))),
                                List.of()));

        assertThat(result.results().get(0)).isEqualTo(new OpResult.Put(List.of()));
        assertThat(((OpResult.Delete) result.results().get(1)).deleted()).isEqualTo(1);
        var range = (Found) ((OpResult.Range) result.results().get(2)).result();
        assertThat(names(range)).containsExactly("b");
    }

    @Test
    void aPutTellsWhatStoodThereOnlyWhenAsked() throws InterruptedException {
        put("a", "1");
        TxnResult result =
                store.txn(
                        new Txn(
                                List.of(),
                                List.of(new Op.Put(key("a"), Bytes.of("2"), 0, true)),
                                List.of()));

        var previous = ((OpResult.Put) result.results().getFirst()).previous();
        assertThat(previous).extracting(KeyValue::value).containsExactly(Bytes.of("1"));
        assertThat(put("a", "3").results().getFirst()).isEqualTo(new OpResult.Put(List.of()));
    }

    @Test
    void rangeDeleteReturnsWhatItDeleted() throws InterruptedException {
        put("a", "1");
        put("b", "2");
        put("c", "3");
        long before = store.revision();
        TxnResult result =
                store.txn(
                        new Txn(
                                List.of(),
                                List.of(new Op.Delete(key("a"), key("c"), true)),
                                List.of()));

        assertThat(result.revision()).isEqualTo(before + 1);
        assertThat(deletedBy(result).deleted()).isEqualTo(2);
        assertThat(deletedBy(result).previous())
                .extracting(KeyValue::value)
                .containsExactly(Bytes.of("1"), Bytes.of("2"));
        assertThat(names(all())).containsExactly("c");
    }

    @Test
    void writingAKeyTwiceInOneTransactionIsRefused() {
        assertThatThrownBy(() ->
                        store.txn(
                                new Txn(List.of(), List.of(op("a", "1"), op("a", "2")), List.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("duplicate key given in txn request");
    }

    @Test
    void concurrentUpdatesOfOneKeyLoseNothing() throws Exception {
        put("n", "0");
        int writers = 8;
        int rounds = 25;
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                running.add(
                        tasks.submit(() -> {
                            for (int round = 0; round < rounds; round++) {
                                increment();
                            }
                            return null;
                        }));
            }
            for (Future<?> task : running) {
                task.get();
            }
        }
        assertThat(value("n")).isEqualTo(Integer.toString(writers * rounds));
    }

    // Ranges

    @Test
    void rangesAreSortedByUnsignedBytes() throws InterruptedException {
        for (String name : List.of("b", "a/x", "a-b", "\u00e4", "a")) {
            put(name, "v");
        }

        assertThat(names(all())).containsExactly("a", "a-b", "a/x", "b", "\u00e4");
    }

    @Test
    void limitCountAndMoreTellOfTheRest() throws InterruptedException {
        putAll("a", "b", "c", "d");

        Found page = (Found) store.range(RangeRequest.prefix(Bytes.of(prefix), 0, 3));
        assertThat(names(page)).containsExactly("a", "b", "c");
        assertThat(page.count()).isEqualTo(4);
        assertThat(page.more()).isTrue();

        Found whole = (Found) store.range(RangeRequest.prefix(Bytes.of(prefix), 0, 4));
        assertThat(whole.more()).isFalse();
        assertThat(whole.count()).isEqualTo(4);
    }

    @Test
    void rangesCanDescendCountOrLeaveValuesOut() throws InterruptedException {
        putAll("a", "b", "c");

        assertThat(names(range(0, 2, false, false, true, 0))).containsExactly("c", "b");
        Found count = range(0, 0, false, true, false, 0);
        assertThat(count.records()).isEmpty();
        assertThat(count.count()).isEqualTo(3);
        assertThat(range(0, 0, true, false, false, 0).records())
                .hasSize(3)
                .allMatch(record -> record.value().length() == 0 && record.version() == 1);
    }

    @Test
    void rangesCanAskForRecentChangesOnly() throws InterruptedException {
        putAll("a", "b");
        long changed = put("a", "new").revision();

        assertThat(names(range(0, 0, false, false, false, changed))).containsExactly("a");
    }

    @Test
    void anEndBeforeItsStartIsAnEmptyRange() throws InterruptedException {
        putAll("a", "b");

        var request = new RangeRequest(key("b"), key("a"), 0, 0, false, false, false, 0);
        assertThat(((Found) store.range(request)).records()).isEmpty();
    }

    @Test
    void anEmptyEndReadsToTheEndOfAllKeys() throws InterruptedException {
        putAll("a", "b");

        var request = new RangeRequest(key("a"), Bytes.EMPTY, 0, 0, false, false, false, 0);
        assertThat(names((Found) store.range(request))).contains("a", "b");
    }

    @Test
    void rangesAtARevisionShowThatMoment() throws InterruptedException {
        long first = put("a", "1").revision();
        long second = put("b", "1").revision();
        long third = put("a", "2").revision();
        long fourth = delete("a").revision();
        put("a", "3");

        assertThat(values(at(first))).containsExactly("a=1");
        assertThat(values(at(second))).containsExactly("a=1", "b=1");
        assertThat(values(at(third))).containsExactly("a=2", "b=1");
        assertThat(values(at(fourth))).containsExactly("b=1");
        assertThat(values(all())).containsExactly("a=3", "b=1");
        assertThat(at(first).records().getFirst().version()).isEqualTo(1);
        assertThat(at(third).records().getFirst().createRevision()).isEqualTo(first);
    }

    @Test
    void pagesAtOneRevisionDoNotSeeLaterWrites() throws InterruptedException {
        putAll("a", "b", "c", "d");
        Found first = (Found) store.range(RangeRequest.prefix(Bytes.of(prefix), 0, 2));
        put("aa", "new");
        delete("c");

        var rest =
                new RangeRequest(
                        first.records().getLast().key().successor(),
                        Bytes.of(prefix).prefixEnd(),
                        first.revision(),
                        2,
                        false,
                        false,
                        false,
                        0);
        assertThat(names((Found) store.range(rest))).containsExactly("c", "d");
    }

    @Test
    void aRevisionNotReachedIsTold() throws InterruptedException {
        long now = store.revision();

        assertThat(store.range(RangeRequest.prefix(Bytes.of(prefix), now + 1000, 0)))
                .isInstanceOf(RangeResult.Future.class);
    }

    // Watches

    @Test
    void aWatchDeliversEveryChangeOfItsRange() throws InterruptedException {
        var recorder = new WatchRecorder();
        long from = store.revision() + 1;
        long created = put("a", "1").revision();
        try (var _ = watch(from, true, recorder)) {
            store.txn(Txn.create(Bytes.of("/elsewhere" + prefix), Bytes.EMPTY, 0));
            long changed = put("a", "2").revision();
            long deleted = delete("a").revision();

            List<WatchEvent> events = recorder.awaitEvents(3);
            assertThat(events)
                    .extracting(e -> e.record().modRevision())
                    .containsExactly(created, changed, deleted);
            assertThat(events.get(0).type()).isEqualTo(WatchEvent.Type.PUT);
            assertThat(events.get(0).previous()).isNull();
            assertThat(previous(events.get(1)).value()).isEqualTo(Bytes.of("1"));
            assertThat(events.get(1).record().createRevision()).isEqualTo(created);
            assertThat(events.get(2).type()).isEqualTo(WatchEvent.Type.DELETE);
            assertThat(events.get(2).record().value().length()).isZero();
            assertThat(previous(events.get(2)).value()).isEqualTo(Bytes.of("2"));
        }
    }

    @Test
    void aWatchFromNowSeesOnlyWhatFollows() throws InterruptedException {
        put("a", "1");
        var recorder = new WatchRecorder();
        try (var _ = watch(0, false, recorder)) {
            // an engine far away needs a moment until the watch stands
            long marker = awaitFirst(recorder);
            assertThat(recorder.events().getFirst().record().modRevision()).isGreaterThan(marker);
            assertThat(recorder.events().getFirst().previous()).isNull();
        }
    }

    @Test
    void aWatchOfOneKeySeesNoOther() throws InterruptedException {
        var recorder = new WatchRecorder();
        long from = store.revision() + 1;
        try (var _ = store.watch(key("a"), null, from, false, recorder)) {
            put("aa", "1");
            put("a", "1");
            put("b", "1");
            long last = put("a", "2").revision();
            recorder.awaitThrough(last);
            assertThat(recorder.events())
                    .extracting(e -> e.record().value().toString())
                    .containsExactly("1", "2");
        }
    }

    @Test
    void aRevisionOfManyChangesIsDeliveredWhole() throws InterruptedException {
        var recorder = new WatchRecorder();
        long from = store.revision() + 1;
        try (var _ = watch(from, false, recorder)) {
            for (int round = 0; round < 10; round++) {
                List<Op> ops = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    ops.add(op("k" + i, "" + round));
                }
                store.txn(new Txn(List.of(), ops, List.of()));
            }
            // the recorder itself refuses events of a revision that it already counts as complete
            assertThat(recorder.awaitEvents(1000)).hasSize(1000);
        }
    }

    @Test
    void watchesHaveNoGapsUnderConcurrentWriters() throws Exception {
        int writers = 8;
        int writes = 100;
        long from = store.revision() + 1;
        List<WatchRecorder> recorders = new ArrayList<>();
        List<Store.Watch> watches = new ArrayList<>();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                String name = "w" + writer;
                running.add(
                        tasks.submit(() -> {
                            for (int i = 1; i <= writes; i++) {
                                put(name, Integer.toString(i));
                            }
                            return null;
                        }));
            }
            for (int i = 0; i < 5; i++) { // opened in the middle of the writing
                var recorder = new WatchRecorder();
                recorders.add(recorder);
                watches.add(watch(from, false, recorder));
            }
            for (Future<?> task : running) {
                task.get();
            }
        }
        for (WatchRecorder recorder : recorders) {
            List<WatchEvent> events = recorder.awaitEvents(writers * writes);
            for (int i = 0; i < events.size(); i++) {
                assertThat(events.get(i).record().modRevision()).isEqualTo(from + i);
            }
        }
        watches.forEach(Store.Watch::close);
    }

    @Test
    void progressIsToldWhenAskedFor() throws InterruptedException {
        var recorder = new WatchRecorder();
        try (var _ = watch(store.revision() + 1, false, recorder)) {
            String elsewhere = "/elsewhere" + prefix;
            long revision = store.txn(Txn.create(Bytes.of(elsewhere), Bytes.EMPTY, 0)).revision();
            if (store.trustsProgress()) {
                awaitProgress(recorder, revision);
            } else {
                store.requestProgress(); // must not be passed on: it may overtake events
            }
            assertThat(recorder.events()).isEmpty();
        }
    }

    @Test
    void aWatchFromTheFutureSkipsWhatComesBefore() throws InterruptedException {
        var recorder = new WatchRecorder();
        long now = store.revision();
        try (var _ = watch(now + 3, false, recorder)) {
            put("a", "1");
            put("a", "2");
            put("a", "3");
            assertThat(recorder.awaitEvents(1).getFirst().record().value())
                    .isEqualTo(Bytes.of("3"));
        }
    }

    // Compaction

    @Test
    void theLogicalHorizonOnlyMovesForward() throws InterruptedException {
        put("a", "1");
        long second = put("a", "2").revision();
        long third = put("a", "3").revision();
        store.compact(third);
        store.compact(second);

        assertThat(store.compactedRevision()).isEqualTo(third);
        assertThat(values(at(third))).containsExactly("a=3");
        assertThat(values(all())).containsExactly("a=3");
    }

    @Test
    void historyBelowTheLogicalHorizonIsKeptOrToldGone() throws InterruptedException {
        long first = put("a", "1").revision();
        put("a", "2");
        long third = put("a", "3").revision();
        store.compact(third);

        RangeResult old = store.range(RangeRequest.prefix(Bytes.of(prefix), first, 0));
        var recorder = new WatchRecorder();
        try (var _ = watch(first, false, recorder)) {
            if (keepsHistoryBelowLogicalHorizon()) {
                assertThat(values((Found) old)).containsExactly("a=1");
                assertThat(recorder.awaitEvents(3)).hasSize(3);
            } else {
                assertThat(old).isEqualTo(new RangeResult.Compacted(third));
                assertThat(recorder.awaitEnd()).isEqualTo(new Reason.Compacted(third));
            }
        }
    }

    // Leases

    @Test
    void aLeaseDeletesItsKeysInOneTransactionWhenItEnds() throws InterruptedException {
        long from = store.revision() + 1;
        put("c", "stays");
        long lease = leaseThatEndsSoon("a", "b");
        assertThat(lease).isNotZero();
        var recorder = new WatchRecorder();
        try (var _ = watch(from, true, recorder)) {
            List<WatchEvent> events = recorder.awaitEvents(5);
            assertThat(events.get(3).type()).isEqualTo(WatchEvent.Type.DELETE);
            assertThat(events.get(4).type()).isEqualTo(WatchEvent.Type.DELETE);
            assertThat(events.get(4).record().modRevision())
                    .isEqualTo(events.get(3).record().modRevision());
            assertThat(names(all())).containsExactly("c");
        }
        assertThat(store.keepAlive(lease)).isFalse();
    }

    /// Puts keys under a lease that lives just long enough for it: on a machine that has little
    /// time for us the first may end before.
    private long leaseThatEndsSoon(String... names) throws InterruptedException {
        StoreException.LeaseNotFound tooLate = null;
        for (int seconds : new int[] {3, 9, 27}) {
            long lease = store.grantLease(Duration.ofSeconds(seconds));
            var puts = new ArrayList<Op>();
            for (var name : names) {
                puts.add(new Op.Put(key(name), Bytes.of("leased"), lease, false));
            }
            try {
                store.txn(new Txn(List.of(), puts, List.of()));
                return lease;
            } catch (StoreException.LeaseNotFound e) {
                tooLate = e;
            }
        }
        throw tooLate;
    }

    @Test
    void aKeyBelongsToTheLeaseOfItsLastWrite() throws InterruptedException {
        long lease = store.grantLease(Duration.ofSeconds(60));
        putLeased("a", lease);
        putLeased("b", lease);
        assertThat(value(get("a")).lease()).isEqualTo(lease);
        put("a", "without");
        store.revokeLease(lease);

        assertThat(names(all())).containsExactly("a");
        store.revokeLease(lease); // unknown by now: ignored
    }

    @Test
    void aKeptAliveLeaseLives() throws InterruptedException {
        long lease = store.grantLease(Duration.ofSeconds(60));
        putLeased("a", lease);

        assertThat(store.keepAlive(lease)).isTrue();
        assertThat(store.keepAlive(Long.MAX_VALUE - 5)).isFalse();
        assertThat(names(all())).containsExactly("a");
    }

    @Test
    void anUnknownLeaseRefusesTheWholeTransaction() throws InterruptedException {
        long before = store.revision();
        assertThatThrownBy(() -> putLeased("a", Long.MAX_VALUE - 7))
                .isInstanceOf(StoreException.LeaseNotFound.class);

        assertThat(store.revision()).isEqualTo(before);
        assertThat(get("a")).isNull();
    }

    // Limits

    @Test
    void aValueOverTheLimitIsRefusedAndOneBelowIsNot() throws InterruptedException {
        long before = store.revision();
        Bytes large = Bytes.wrap(new byte[Store.VALUE_BYTES_MAX + 1]);
        assertThatThrownBy(() -> store.txn(Txn.create(key("large"), large, 0)))
                .isInstanceOf(StoreException.ValueTooLarge.class)
                .hasMessage("etcdserver: request is too large");
        assertThat(store.revision()).isEqualTo(before);

        // etcd counts the whole request, so stay a little below
        Bytes fits = Bytes.wrap(new byte[Store.VALUE_BYTES_MAX - 4096]);
        assertThat(store.txn(Txn.create(key("fits"), fits, 0)).succeeded()).isTrue();
        assertThat(value(get("fits")).value()).isEqualTo(fits);
    }

    @Test
    void aClosedStoreSaysSo() throws Exception {
        Store second = open();
        second.close();

        assertThatThrownBy(second::revision).isInstanceOf(StoreException.Unavailable.class);
        assertThatThrownBy(() -> second.txn(Txn.create(key("a"), Bytes.EMPTY, 0)))
                .isInstanceOf(StoreException.Unavailable.class);
    }

    @Test
    void aWatchEndsWithItsStore() throws Exception {
        Store second = open();
        var recorder = new WatchRecorder();
        second.watch(key("a"), null, 0, false, recorder);
        second.close();

        assertThat(recorder.awaitEnd()).isInstanceOf(Reason.Lost.class);
    }

    // What the tests say things with

    protected Bytes key(String name) {
        return Bytes.of(prefix + name);
    }

    protected TxnResult put(String name, String value) throws InterruptedException {
        return store.txn(new Txn(List.of(), List.of(op(name, value)), List.of()));
    }

    protected TxnResult delete(String name) throws InterruptedException {
        return store.txn(
                new Txn(List.of(), List.of(new Op.Delete(key(name), null, false)), List.of()));
    }

    protected Found all() throws InterruptedException {
        return at(0);
    }

    protected Found at(long revision) throws InterruptedException {
        return (Found) store.range(RangeRequest.prefix(Bytes.of(prefix), revision, 0));
    }

    protected Store.Watch watch(long from, boolean withPrevious, WatchRecorder recorder) {
        Bytes start = Bytes.of(prefix);
        return store.watch(start, start.prefixEnd(), from, withPrevious, recorder);
    }

    protected List<String> values(Found found) {
        return found.records().stream()
                .map(record -> shortName(record) + "=" + record.value())
                .toList();
    }

    private Op op(String name, String value) {
        return new Op.Put(key(name), Bytes.of(value), 0, false);
    }

    private void putAll(String... names) throws InterruptedException {
        for (String name : names) {
            put(name, "v");
        }
    }

    private void putLeased(String name, long lease) throws InterruptedException {
        store.txn(Txn.create(key(name), Bytes.of("leased"), lease));
    }

    private @Nullable KeyValue get(String name) throws InterruptedException {
        var found = (Found) store.range(RangeRequest.of(key(name)));
        return found.records().isEmpty() ? null : found.records().getFirst();
    }

    private String value(String name) throws InterruptedException {
        return value(get(name)).value().toString();
    }

    private static KeyValue value(@Nullable KeyValue record) {
        assertThat(record).isNotNull();
        return java.util.Objects.requireNonNull(record);
    }

    private static KeyValue previous(WatchEvent event) {
        return value(event.previous());
    }

    private Found range(
            long revision,
            int limit,
            boolean keysOnly,
            boolean countOnly,
            boolean descending,
            long minModRevision)
            throws InterruptedException {
        Bytes start = Bytes.of(prefix);
        return (Found)
                store.range(
                        new RangeRequest(
                                start,
                                start.prefixEnd(),
                                revision,
                                limit,
                                keysOnly,
                                countOnly,
                                descending,
                                minModRevision));
    }

    private boolean holds(Compare compare) throws InterruptedException {
        return store.txn(new Txn(List.of(compare), List.of(), List.of())).succeeded();
    }

    private static boolean is(Relation relation, int order) {
        return switch (relation) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case LESS -> order < 0;
            case GREATER -> order > 0;
        };
    }

    private static Found found(TxnResult result) {
        return (Found) ((OpResult.Range) result.results().getFirst()).result();
    }

    private static OpResult.Delete deletedBy(TxnResult result) {
        return (OpResult.Delete) result.results().getFirst();
    }

    private List<String> names(Found found) {
        return found.records().stream()
                .filter(record -> record.key().startsWith(Bytes.of(prefix)))
                .map(this::shortName)
                .toList();
    }

    /// Without the prefix, of which an engine may have taken the beginning away.
    private String shortName(KeyValue record) {
        var key = record.key().toString();
        return key.substring(key.indexOf(id) + id.length() + 1);
    }

    private void increment() throws InterruptedException {
        while (true) {
            KeyValue present = value(get("n"));
            int next = Integer.parseInt(present.value().toString()) + 1;
            Bytes value = Bytes.of(Integer.toString(next));
            if (store.txn(Txn.update(key("n"), present.modRevision(), value, 0)).succeeded()) {
                return;
            }
        }
    }

    private long awaitFirst(WatchRecorder recorder) throws InterruptedException {
        long marker = store.revision();
        for (int i = 0; i < 300 && recorder.events().isEmpty(); i++) {
            put("a", "next" + i);
            Thread.sleep(20);
        }
        return marker;
    }

    private void awaitProgress(WatchRecorder recorder, long revision) throws InterruptedException {
        for (int i = 0; i < 1000; i++) {
            store.requestProgress();
            Thread.sleep(20);
            if (recorder.through() >= revision) {
                return;
            }
        }
        throw new AssertionError("no progress to " + revision + ", only " + recorder.through());
    }
}
