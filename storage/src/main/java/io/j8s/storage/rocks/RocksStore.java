package io.j8s.storage.rocks;

import io.j8s.machinery.timers.Timers;
import io.j8s.storage.engine.History;
import io.j8s.storage.engine.KeyRange;
import io.j8s.storage.engine.LeaseBook;
import io.j8s.storage.engine.Retention;
import io.j8s.storage.engine.TxnRules;
import io.j8s.storage.engine.WatchFeed;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.StoreException;
import io.j8s.storage.model.Txn;
import io.j8s.storage.model.TxnResult;
import io.j8s.storage.model.WatchListener;

import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/// The embedded engine: durable, in one directory, for one process.
///
/// Threads: all writes go through the [Writer]'s thread and are fsynced when [#txn] returns. Reads
/// never pass it. RocksDB is called through JNI, which pins virtual threads: single keys are read
/// on the caller's thread (microseconds), ranges by virtual threads on a small platform pool.
/// `open` keeps the database open while it is read: readers hold its read lock, [#close] its write
/// lock.
public final class RocksStore implements Store {

    private static final int READ_THREADS = 2;
    private static final int READ_QUEUE = 1024;
    private static final long CLOSE_SECONDS = 30;

    private final Database database;
    private final Reads reads;
    private final LeaseBook leases;
    private final WatchFeed feed;
    private final Writer writer;
    private final Thread writerThread;
    private final ExecutorService readPool;
    private final ReentrantReadWriteLock open = new ReentrantReadWriteLock();
    private boolean closed;

    /// Opens or creates the store in `directory`.
    ///
    /// @throws StoreException.Unavailable with one sentence for the user when it cannot be opened,
    ///   as when another process has it open
    public RocksStore(Path directory, Timers timers) {
        this(directory, timers, Retention.DEFAULT);
    }

    public RocksStore(Path directory, Timers timers, Retention retention) {
        database = new Database(directory);
        checkFormat(directory);
        reads = new Reads(database);
        leases =
                new LeaseBook(timers, task -> Thread.ofVirtual().start(task), this::endLeaseIfOver);
        long revision = Math.max(1, Layout.number(database.meta(Meta.REVISION)));
        feed = new WatchFeed("rocks", this::history, revision);
        writer = new Writer(database, reads, leases, feed, timers, retention);
        readPool =
                new ThreadPoolExecutor(
                        READ_THREADS,
                        READ_THREADS,
                        1,
                        TimeUnit.MINUTES,
                        new ArrayBlockingQueue<>(READ_QUEUE),
                        Thread.ofPlatform().daemon().name("rocks-read-", 0).factory(),
                        (read, _) -> read.run()); // when full; when closed the read says so
        findLeases();
        writerThread = Thread.ofPlatform().name("rocks-writer").daemon().start(writer);
    }

    @Override
    public TxnResult txn(Txn txn) throws InterruptedException {
        TxnRules.check(txn);
        var done = new CompletableFuture<TxnResult>();
        writer.submit(new Work.Txn(txn, done));
        return await(done);
    }

    @Override
    public RangeResult range(RangeRequest request) throws InterruptedException {
        if (request.end() == null || !Thread.currentThread().isVirtual()) {
            return whileOpen(() -> reads.range(request));
        }
        return await(readPool.submit(() -> whileOpen(() -> reads.range(request))));
    }

    @Override
    public long revision() {
        return whileOpen(writer::revision);
    }

    @Override
    public long knownRevision() {
        return writer.revision();
    }

    @Override
    public Watch watch(
            Bytes key,
            @Nullable Bytes end,
            long fromRevision,
            boolean withPrevious,
            WatchListener listener) {
        return feed.open(key, end, fromRevision, withPrevious, listener);
    }

    @Override
    public void requestProgress() {
        feed.requestProgress();
    }

    @Override
    public long compactedRevision() {
        return writer.compacted();
    }

    @Override
    public void compact(long revision) throws InterruptedException {
        var done = new CompletableFuture<Long>();
        writer.submit(new Work.Compact(revision, done));
        await(done);
    }

    @Override
    public long grantLease(Duration ttl) throws InterruptedException {
        var done = new CompletableFuture<Long>();
        writer.submit(new Work.Grant(ttl, done));
        return await(done);
    }

    /// Not written down: after a restart every lease begins its time anew anyway, as in etcd.
    @Override
    public boolean keepAlive(long lease) {
        return whileOpen(() -> leases.keepAlive(lease));
    }

    @Override
    public void revokeLease(long lease) throws InterruptedException {
        var done = new CompletableFuture<Long>();
        writer.submit(new Work.Revoke(lease, false, done));
        await(done);
    }

    /// Finishes what waits, then lets go of the directory.
    @Override
    public void close() {
        leases.close();
        try {
            writer.submit(new Work.Stop(new CompletableFuture<>()));
            writerThread.join(Duration.ofSeconds(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return; // the database stays open until the process ends: it is safe at any instruction
        } catch (StoreException.Unavailable e) {
            // the writer has stopped already
        }
        feed.close();
        readPool.shutdown();
        open.writeLock().lock();
        try {
            if (!closed && !writerThread.isAlive()) {
                closed = true;
                database.close();
            }
        } finally {
            open.writeLock().unlock();
        }
    }

    private History.Slice history(KeyRange range, long from, long to, boolean withPrevious) {
        return whileOpen(() -> reads.history(range, from, to, withPrevious));
    }

    private void endLeaseIfOver(long lease) {
        try {
            writer.submit(new Work.Revoke(lease, true, new CompletableFuture<>()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StoreException.Unavailable e) {
            // closing: after the next start the lease begins anew
        }
    }

    private void checkFormat(Path directory) {
        long format = Layout.number(database.meta(Meta.FORMAT));
        if (format > Meta.FORMAT_VERSION) {
            database.close();
            throw new StoreException.Unavailable(
                    "the data directory "
                            + directory
                            + " was written by a newer version (format "
                            + format
                            + "): use that version",
                    null);
        }
        if (format == 0) {
            try (var writes = new WriteBatch();
                    var durably = new WriteOptions().setSync(true)) {
                writes.put(database.meta(), Meta.FORMAT, Layout.number(Meta.FORMAT_VERSION));
                writes.put(database.meta(), Meta.REVISION, Layout.number(1));
                database.db().write(durably, writes);
            } catch (RocksDBException e) {
                throw Database.failed(e);
            }
        }
    }

    /// Enters the leases of before the restart; only then does it look for their keys.
    private void findLeases() {
        boolean any = false;
        try (RocksIterator meta = database.db().newIterator(database.meta())) {
            for (meta.seek(Meta.leasesStart()); meta.isValid(); meta.next()) {
                Long id = Meta.leaseId(meta.key());
                if (id != null) {
                    leases.add(id, Duration.ofMillis(Layout.number(meta.value())));
                    any = true;
                }
            }
        }
        if (any) {
            reads.forEachPresent(
                    new KeyRange(Bytes.EMPTY, Bytes.EMPTY),
                    (key, pointer) -> {
                        if (pointer.lease() != 0 && leases.contains(pointer.lease())) {
                            leases.attach(pointer.lease(), key);
                        }
                    });
        }
    }

    private <T> T whileOpen(Supplier<T> read) {
        open.readLock().lock();
        try {
            if (closed) {
                throw new StoreException.Unavailable("the store is closed", null);
            }
            return read.get();
        } finally {
            open.readLock().unlock();
        }
    }

    private static <T> T await(Future<T> done) throws InterruptedException {
        try {
            return done.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
