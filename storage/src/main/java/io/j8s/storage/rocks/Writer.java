package io.j8s.storage.rocks;

import io.j8s.machinery.timers.Timers;
import io.j8s.storage.engine.LeaseBook;
import io.j8s.storage.engine.Retention;
import io.j8s.storage.engine.RetentionTrail;
import io.j8s.storage.engine.WatchFeed;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.StoreException;
import io.j8s.storage.model.Txn;
import io.j8s.storage.model.TxnResult;

import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;

/// The one platform thread that writes. It takes all transactions that wait, executes them in
/// order, makes them durable by one fsync, publishes them to the watches and only then answers.
/// While it syncs, the next ones gather: that is the group commit.
///
/// When a write fails, its outcome is unknown and the database may refuse all others: from then on
/// everything is refused until the process is started again.
final class Writer implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
    private static final int QUEUE_MAX = 4096;
    private static final int BATCH_MAX = 512;
    private static final long BATCH_BYTES = 4L << 20;

    private final BlockingQueue<Work> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Database database;
    private final Reads reads;
    private final LeaseBook leases;
    private final WatchFeed feed;
    private final Timers timers;
    private final RetentionTrail trail;
    private final Trimmer trimmer;
    private final WriteOptions durably = new WriteOptions().setSync(true);
    private volatile long revision;
    private volatile long compacted;
    private volatile @Nullable String stopped;
    private long horizon;
    private long bytesWritten;
    private long lastLease;
    private @Nullable Work carried;

    Writer(
            Database database,
            Reads reads,
            LeaseBook leases,
            WatchFeed feed,
            Timers timers,
            Retention retention) {
        this.database = database;
        this.reads = reads;
        this.leases = leases;
        this.feed = feed;
        this.timers = timers;
        this.revision = feed.published();
        this.compacted = Layout.number(database.meta(Meta.COMPACTED));
        this.horizon = Layout.number(database.meta(Meta.HORIZON));
        this.bytesWritten = Layout.number(database.meta(Meta.BYTES_WRITTEN));
        this.lastLease = Layout.number(database.meta(Meta.LAST_LEASE));
        this.trail = new RetentionTrail(retention, Meta.trail(database.meta(Meta.TRAIL)));
        this.trimmer = new Trimmer(database, Layout.number(database.meta(Meta.TRIMMED)), horizon);
    }

    /// The newest durable revision. Any thread.
    long revision() {
        return revision;
    }

    /// The logical horizon. Any thread.
    long compacted() {
        return compacted;
    }

    /// Any thread; blocks while the queue is full.
    void submit(Work work) throws InterruptedException {
        refuseIfStopped();
        queue.put(work);
        if (stopped != null) {
            failAll(String.valueOf(stopped)); // it may have come after the writer's last look
        }
    }

    private void refuseIfStopped() {
        String why = stopped;
        if (why != null) {
            throw new StoreException.Unavailable(why, null);
        }
    }

    @Override
    public void run() {
        try {
            while (stopped == null) {
                Work work = next();
                if (work != null) {
                    handle(work);
                }
                if (stopped == null && !trimmer.isDone()) {
                    trimmer.step();
                }
            }
        } catch (InterruptedException e) {
            stop("the store was interrupted");
        } catch (RocksDBException | RuntimeException e) {
            LOG.atError().setCause(e).log("the embedded store's writer failed");
            stop("the embedded store failed: " + e.getMessage());
        } finally {
            durably.close();
        }
    }

    /// The next work; null when there is none but history waits to be trimmed.
    private @Nullable Work next() throws InterruptedException {
        Work work = carried;
        carried = null;
        if (work != null) {
            return work;
        }
        return trimmer.isDone() ? queue.take() : queue.poll();
    }

    private void handle(Work work) throws RocksDBException {
        switch (work) {
            case Work.Txn txn -> commitGroup(txn);
            case Work.Grant grant -> grant(grant);
            case Work.Revoke revoke -> revoke(revoke);
            case Work.Compact compact -> compact(compact);
            case Work.Stop(var done) -> {
                stop("the store is closed");
                done.complete(0L);
            }
        }
    }

    private void commitGroup(Work.Txn first) throws RocksDBException {
        List<Work.Txn> group = new ArrayList<>();
        List<TxnResult> results = new ArrayList<>();
        try (var batch =
                new PendingBatch(database, reads, leases, revision, feed.wantsPrevious())) {
            execute(first, batch, group, results);
            while (group.size() < BATCH_MAX && batch.bytes() < BATCH_BYTES) {
                Work work = queue.poll();
                if (work == null) {
                    break;
                }
                if (!(work instanceof Work.Txn txn)) {
                    carried = work;
                    break;
                }
                execute(txn, batch, group, results);
            }
            commit(batch);
        } catch (RocksDBException | RuntimeException e) {
            for (Work.Txn txn : group) {
                txn.done()
                        .completeExceptionally(
                                new StoreException.Unavailable(
                                        "the embedded store failed: " + e.getMessage(), e));
            }
            throw e;
        }
        for (int i = 0; i < group.size(); i++) {
            group.get(i).done().complete(results.get(i));
        }
    }

    private static void execute(
            Work.Txn work, PendingBatch batch, List<Work.Txn> group, List<TxnResult> results)
            throws RocksDBException {
        try {
            TxnResult result = batch.run(work.txn());
            group.add(work);
            results.add(result);
        } catch (StoreException.LeaseNotFound e) {
            work.done().completeExceptionally(e);
        } catch (RocksDBException | RuntimeException e) {
            group.add(work);
            throw e;
        }
    }

    /// Makes a batch durable and tells the watches.
    private void commit(PendingBatch batch) throws RocksDBException {
        if (batch.isEmpty()) {
            return;
        }
        WriteBatch writes = batch.writes();
        bytesWritten += batch.bytes();
        putNumber(writes, Meta.REVISION, batch.revision());
        putNumber(writes, Meta.BYTES_WRITTEN, bytesWritten);
        long now = timers.now().toEpochMilli();
        if (trail.isDue(now, bytesWritten)) {
            trail.add(new RetentionTrail.Sample(now, batch.revision(), bytesWritten));
            advanceHorizon(now, writes);
        }
        database.db().write(durably, writes);
        batch.settleLeases();
        revision = batch.revision();
        feed.publish(batch.changes(), revision);
        trimmer.horizon(horizon);
    }

    private void advanceHorizon(long now, WriteBatch writes) throws RocksDBException {
        long expired = trail.expired(now, bytesWritten);
        horizon = Math.max(horizon, Math.min(expired, compacted));
        putNumber(writes, Meta.HORIZON, horizon);
        writes.put(database.meta(), Meta.TRAIL, Meta.trail(trail.samples()));
    }

    private void compact(Work.Compact work) throws RocksDBException {
        long to = Math.min(work.revision(), revision);
        if (to > compacted) {
            try (var writes = new WriteBatch()) {
                long now = timers.now().toEpochMilli();
                long before = compacted;
                compacted = to;
                trail.add(new RetentionTrail.Sample(now, revision, bytesWritten));
                putNumber(writes, Meta.COMPACTED, to);
                advanceHorizon(now, writes);
                write(writes, work, () -> compacted = before);
            }
            trimmer.horizon(horizon);
        }
        work.done().complete(compacted);
    }

    private void grant(Work.Grant work) throws RocksDBException {
        long id = ++lastLease;
        try (var writes = new WriteBatch()) {
            putNumber(writes, Meta.LAST_LEASE, id);
            putNumber(writes, Meta.lease(id), work.ttl().toMillis());
            write(writes, work, () -> {});
        }
        leases.add(id, work.ttl());
        work.done().complete(id);
    }

    private void revoke(Work.Revoke work) throws RocksDBException {
        long lease = work.lease();
        if (!leases.contains(lease) || (work.onlyIfOver() && !leases.isOver(lease))) {
            work.done().complete(revision);
            return;
        }
        List<Op> deletes = new ArrayList<>();
        for (Bytes key : leases.keys(lease)) {
            deletes.add(new Op.Delete(key, null, false));
        }
        try (var batch =
                new PendingBatch(database, reads, leases, revision, feed.wantsPrevious())) {
            batch.run(new Txn(List.of(), deletes, List.of()));
            batch.writes().delete(database.meta(), Meta.lease(lease));
            if (batch.isEmpty()) {
                write(batch.writes(), work, () -> {});
            } else {
                commit(batch);
            }
        } catch (RocksDBException | RuntimeException e) {
            work.done()
                    .completeExceptionally(
                            new StoreException.Unavailable("the embedded store failed", e));
            throw e;
        }
        leases.remove(lease);
        work.done().complete(revision);
    }

    private void write(WriteBatch writes, Work work, Runnable undo) throws RocksDBException {
        try {
            database.db().write(durably, writes);
        } catch (RocksDBException e) {
            undo.run();
            work.done().completeExceptionally(Database.failed(e));
            throw e;
        }
    }

    private void putNumber(WriteBatch writes, byte[] name, long value) throws RocksDBException {
        writes.put(database.meta(), name, Layout.number(value));
    }

    private void stop(String why) {
        stopped = why;
        if (carried != null) {
            fail(carried, why);
        }
        failAll(why);
    }

    private void failAll(String why) {
        for (Work work = queue.poll(); work != null; work = queue.poll()) {
            fail(work, why);
        }
    }

    private static void fail(Work work, String why) {
        CompletableFuture<?> done = work.done();
        if (work instanceof Work.Stop(var stopDone)) {
            stopDone.complete(0L);
        } else {
            done.completeExceptionally(new StoreException.Unavailable(why, null));
        }
    }
}
