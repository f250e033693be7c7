package io.j8s.storage.compact;

import io.j8s.machinery.timers.Timers;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Compare;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.StoreException;
import io.j8s.storage.model.Txn;
import io.j8s.storage.model.TxnResult;
import io.j8s.storage.model.TxnResult.OpResult;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;

/// Moves the logical horizon every interval to where the store stood one interval before, so that a
/// client has between one and two intervals to come back. Works on a virtual thread of its own.
///
/// Several API servers on one store agree by a key: whoever raises its version first compacts this
/// time, the others only take notice. Its name and value are upstream's (`compact_rev_key` in
/// `k8s.io/apiserver/pkg/storage/etcd3/compact.go`), so that upstream's servers can take part.
public final class Compactor implements AutoCloseable {

    /// upstream: `--etcd-compaction-interval`
    public static final Duration INTERVAL = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);
    private static final Bytes KEY = Bytes.of("compact_rev_key");

    private final Store store;
    private final Timers timers;
    private final Duration interval;
    private final Thread thread;

    public Compactor(Store store, Timers timers, Duration interval) {
        this.store = store;
        this.timers = timers;
        this.interval = interval;
        this.thread = Thread.ofVirtual().name("compactor").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    /// What one round leaves for the next.
    ///
    /// @param version the key's version as last seen
    /// @param revision where the store stood then; 0 before the first round
    record Round(long version, long revision) {
        static final Round FIRST = new Round(0, 0);
    }

    /// One round: compacts to where the last one stood, unless another server has.
    static Round next(Store store, Round last) throws InterruptedException {
        Bytes value = Bytes.of(Long.toString(last.revision));
        TxnResult result =
                store.txn(
                        new Txn(
                                List.of(
                                        new Compare.Version(
                                                KEY, Compare.Relation.EQUAL, last.version)),
                                List.of(new Op.Put(KEY, value, 0, false)),
                                List.of(new Op.Range(RangeRequest.of(KEY)))));
        if (!result.succeeded()) {
            return noticed(store, result, last);
        }
        if (last.revision > 0) { // upstream: nothing is compacted at the first round
            store.compact(last.revision);
        }
        return new Round(last.version + 1, result.revision());
    }

    private static Round noticed(Store store, TxnResult result, Round last)
            throws InterruptedException {
        if (result.results().getFirst() instanceof OpResult.Range(RangeResult.Found found)
                && !found.records().isEmpty()) {
            var key = found.records().getFirst();
            long compacted = Long.parseLong(key.value().toString());
            if (compacted > 0) {
                store.compact(compacted);
            }
            return new Round(key.version(), result.revision());
        }
        return new Round(0, last.revision); // somebody has deleted the key: begin again
    }

    private void run() {
        Round round = Round.FIRST;
        try {
            while (true) {
                round = tried(round);
                timers.sleep(interval);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private Round tried(Round round) throws InterruptedException {
        try {
            return next(store, round);
        } catch (StoreException | NumberFormatException e) {
            LOG.atWarn()
                    .addKeyValue("cause", e.getMessage())
                    .log("cannot compact, trying again in the next round");
            return round;
        }
    }
}
