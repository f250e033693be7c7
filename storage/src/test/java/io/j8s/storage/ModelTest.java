package io.j8s.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.memory.MemoryStore;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Compare;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.Txn;
import io.j8s.storage.rocks.RocksStore;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Random operations on the embedded engine and on the reference engine must answer alike. A
/// failure names its seed; the same seed gives the same operations.
class ModelTest {

    private static final SystemTimers TIMERS = new SystemTimers();
    private static final int STEPS = 1500;
    private static final List<Compare.Relation> RELATIONS = List.of(Compare.Relation.values());

    @TempDir private Path directory = Path.of("");

    @AfterAll
    static void closeTimers() {
        TIMERS.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void answersAsTheReferenceDoes(long seed) throws InterruptedException {
        var random = new Random(seed);
        Path data = directory.resolve("data");
        try (var model = new MemoryStore(TIMERS)) {
            Store store = new RocksStore(data, TIMERS);
            try {
                for (int step = 0; step < STEPS; step++) {
                    if (random.nextInt(300) == 0) {
                        store.close();
                        store = new RocksStore(data, TIMERS);
                    }
                    String told = "seed " + seed + " step " + step;
                    act(random, store, model, told);
                }
                compareWatches(store, model);
            } finally {
                store.close();
            }
        }
    }

    private static void act(Random random, Store store, Store model, String told)
            throws InterruptedException {
        switch (random.nextInt(12)) {
            case 0 -> {
                long revision = 1 + random.nextLong(model.revision() + 2);
                RangeRequest request = range(random, revision);
                assertThat(store.range(request)).as(told).isEqualTo(model.range(request));
            }
            case 1, 2 -> {
                RangeRequest request = range(random, 0);
                assertThat(store.range(request)).as(told).isEqualTo(model.range(request));
            }
            case 3 -> {
                if (random.nextInt(10) == 0) {
                    long lease = model.grantLease(Duration.ofHours(1));
                    assertThat(store.grantLease(Duration.ofHours(1))).isEqualTo(lease);
                } else if (random.nextInt(10) == 0) {
                    long lease = 1L + random.nextInt(8);
                    model.revokeLease(lease);
                    store.revokeLease(lease);
                    assertThat(store.revision()).as(told).isEqualTo(model.revision());
                }
            }
            case 4 -> {
                if (random.nextInt(20) == 0) {
                    long to = random.nextLong(model.revision() + 1);
                    model.compact(to);
                    store.compact(to);
                    assertThat(store.compactedRevision()).isEqualTo(model.compactedRevision());
                }
            }
            default -> {
                Txn txn = txn(random, model.revision());
                assertThat(answer(store, txn)).as(told + " " + txn).isEqualTo(answer(model, txn));
            }
        }
    }

    private static Object answer(Store store, Txn txn) throws InterruptedException {
        try {
            return store.txn(txn);
        } catch (RuntimeException e) {
            return e.getClass() + ": " + e.getMessage();
        }
    }

    private static void compareWatches(Store store, Store model) throws InterruptedException {
        var ours = new WatchRecorder();
        var theirs = new WatchRecorder();
        long revision = model.revision();
        try (var _ = store.watch(Bytes.EMPTY, Bytes.EMPTY, 2, true, ours);
                var _ = model.watch(Bytes.EMPTY, Bytes.EMPTY, 2, true, theirs)) {
            ours.awaitThrough(revision);
            theirs.awaitThrough(revision);
            assertThat(ours.events()).isEqualTo(theirs.events());
        }
    }

    private static Txn txn(Random random, long revision) {
        List<Compare> compares = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            compares.add(compare(random, revision));
        }
        return new Txn(compares, ops(random), ops(random));
    }

    private static Compare compare(Random random, long revision) {
        Bytes key = key(random);
        var relation = RELATIONS.get(random.nextInt(4));
        return switch (random.nextInt(5)) {
            case 0 -> new Compare.Version(key, relation, random.nextInt(5));
            case 1 -> new Compare.CreateRevision(key, relation, random.nextLong(revision + 1));
            case 2 -> new Compare.ModRevision(key, relation, random.nextLong(revision + 1));
            case 3 -> new Compare.Lease(key, relation, random.nextInt(4));
            default -> new Compare.Value(key, relation, value(random));
        };
    }

    private static List<Op> ops(Random random) {
        List<Op> ops = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            ops.add(
                    switch (random.nextInt(6)) {
                        case 0 -> new Op.Delete(key(random), null, random.nextBoolean());
                        case 1 -> {
                            Bytes end = random.nextInt(4) == 0 ? Bytes.EMPTY : key(random);
                            yield new Op.Delete(key(random), end, random.nextBoolean());
                        }
                        case 2 -> new Op.Range(range(random, 0));
                        default -> {
                            long lease = random.nextInt(5) == 0 ? 1L + random.nextInt(4) : 0;
                            yield new Op.Put(
                                    key(random), value(random), lease, random.nextBoolean());
                        }
                    });
        }
        return ops;
    }

    private static RangeRequest range(Random random, long revision) {
        Bytes end =
                switch (random.nextInt(4)) {
                    case 0 -> null;
                    case 1 -> Bytes.EMPTY;
                    default -> key(random);
                };
        return new RangeRequest(
                key(random),
                end,
                revision,
                random.nextInt(4),
                random.nextInt(4) == 0,
                random.nextInt(6) == 0,
                random.nextInt(3) == 0,
                random.nextInt(4) == 0 ? random.nextLong(1 + revision) : 0);
    }

    /// Few short keys, with the bytes that ordering goes wrong at.
    private static Bytes key(Random random) {
        byte[] alphabet = {0, 1, 'a', 'b', (byte) 0xff};
        byte[] key = new byte[1 + random.nextInt(3)];
        for (int i = 0; i < key.length; i++) {
            key[i] = alphabet[random.nextInt(alphabet.length)];
        }
        return Bytes.wrap(key);
    }

    private static Bytes value(Random random) {
        return Bytes.of("v" + random.nextInt(4));
    }
}
