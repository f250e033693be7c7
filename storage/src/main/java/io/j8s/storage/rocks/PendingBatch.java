package io.j8s.storage.rocks;

import io.j8s.storage.engine.Change;
import io.j8s.storage.engine.KeyRange;
import io.j8s.storage.engine.LeaseBook;
import io.j8s.storage.engine.TxnRules;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Compare;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.StoreException;
import io.j8s.storage.model.Txn;
import io.j8s.storage.model.TxnResult;
import io.j8s.storage.model.TxnResult.OpResult;
import io.j8s.storage.model.WatchEvent;
import io.j8s.storage.rocks.Layout.Pointer;

import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// The transactions that one fsync will make durable, executed one after the other on the present
/// state plus what the earlier ones of the batch have written. Confined to the writer thread.
/// Nothing outside changes before the writer commits it; the lease book is told by [#settleLeases]
/// after that.
final class PendingBatch implements AutoCloseable {

    private final Database database;
    private final Reads reads;
    private final LeaseBook leases;
    private final boolean wantPrevious;
    private final long durable;
    private final WriteBatch writes = new WriteBatch();
    private final NavigableMap<Bytes, Written> written = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>();
    private final List<Runnable> leaseChanges = new ArrayList<>();
    private List<WatchEvent> events = new ArrayList<>();
    private long revision;
    private long bytes;

    /// A state written by this batch; version 0 for a deletion.
    private record Written(KeyValue record, Pointer pointer) {}

    PendingBatch(
            Database database, Reads reads, LeaseBook leases, long revision, boolean wantPrevious) {
        this.database = database;
        this.reads = reads;
        this.leases = leases;
        this.durable = revision;
        this.revision = revision;
        this.wantPrevious = wantPrevious;
    }

    /// Executes one transaction.
    ///
    /// @throws StoreException.LeaseNotFound before anything of it was written
    TxnResult run(Txn txn) throws RocksDBException {
        boolean succeeded = true;
        for (Compare compare : txn.compares()) {
            succeeded = succeeded && TxnRules.holds(compare, presentFor(compare));
        }
        List<Op> ops = succeeded ? txn.then() : txn.otherwise();
        for (Op op : ops) {
            if (op instanceof Op.Put put && put.lease() != 0 && !leases.contains(put.lease())) {
                throw new StoreException.LeaseNotFound(put.lease());
            }
        }
        List<OpResult> results = new ArrayList<>(ops.size());
        for (Op op : ops) {
            results.add(
                    switch (op) {
                        case Op.Put put -> put(put);
                        case Op.Delete delete -> delete(delete);
                        case Op.Range(var request) -> new OpResult.Range(range(request));
                    });
        }
        if (!events.isEmpty()) {
            revision++;
            changes.add(new Change(revision, events, wantPrevious));
            events = new ArrayList<>();
        }
        return new TxnResult(succeeded, revision, results);
    }

    WriteBatch writes() {
        return writes;
    }

    List<Change> changes() {
        return changes;
    }

    long revision() {
        return revision;
    }

    /// Bytes of keys and values written so far.
    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    void settleLeases() {
        leaseChanges.forEach(Runnable::run);
    }

    @Override
    public void close() {
        writes.close();
    }

    private OpResult put(Op.Put put) throws RocksDBException {
        Pointer before = pointer(put.key());
        long next = revision + 1;
        var record =
                new KeyValue(
                        put.key(),
                        put.value(),
                        before == null ? next : before.createRevision(),
                        next,
                        before == null ? 1 : before.version() + 1,
                        put.lease());
        KeyValue previous =
                before != null && (put.withPrevious() || wantPrevious)
                        ? load(put.key(), before)
                        : null;
        write(WatchEvent.Type.PUT, record, before, previous);
        if (put.lease() != 0) {
            leaseChanges.add(() -> leases.attach(put.lease(), put.key()));
        }
        return new OpResult.Put(
                put.withPrevious() && previous != null ? List.of(previous) : List.of());
    }

    private OpResult delete(Op.Delete delete) throws RocksDBException {
        NavigableMap<Bytes, Pointer> found = present(new KeyRange(delete.key(), delete.end()));
        List<KeyValue> previous = new ArrayList<>();
        for (var entry : found.entrySet()) {
            boolean needed = delete.withPrevious() || wantPrevious;
            KeyValue before = needed ? load(entry.getKey(), entry.getValue()) : null;
            if (delete.withPrevious() && before != null) {
                previous.add(before);
            }
            var record = new KeyValue(entry.getKey(), Bytes.EMPTY, 0, revision + 1, 0, 0);
            write(WatchEvent.Type.DELETE, record, entry.getValue(), before);
        }
        return new OpResult.Delete(found.size(), previous);
    }

    private void write(
            WatchEvent.Type type,
            KeyValue record,
            @Nullable Pointer before,
            @Nullable KeyValue previous)
            throws RocksDBException {
        int position = events.size();
        byte[] key = record.key().array();
        byte[] pointer = Layout.pointer(record, position);
        writes.put(
                database.log(),
                Layout.logKey(record.modRevision(), position),
                Layout.logValue(type, record));
        writes.put(
                database.versions(),
                Layout.versionsKey(record.key(), record.modRevision()),
                pointer);
        if (type == WatchEvent.Type.DELETE) {
            writes.delete(database.current(), key);
        } else {
            writes.put(database.current(), key, pointer);
        }
        if (before != null && before.lease() != 0) {
            long lease = before.lease();
            leaseChanges.add(() -> leases.detach(lease, record.key()));
        }
        written.put(record.key(), new Written(record, Layout.pointer(pointer)));
        events.add(new WatchEvent(type, record, previous));
        bytes += key.length + record.value().length();
    }

    private RangeResult range(RangeRequest request) throws RocksDBException {
        long now = events.isEmpty() ? revision : revision + 1;
        if (request.revision() > now) {
            return new RangeResult.Future(now);
        }
        if (request.revision() != 0 && request.revision() <= durable) {
            return reads.range(request) instanceof RangeResult.Found found
                    ? new RangeResult.Found(found.records(), found.count(), found.more(), now)
                    : reads.range(request);
        }
        NavigableMap<Bytes, Pointer> found = present(new KeyRange(request.key(), request.end()));
        if (request.countOnly()) {
            return new RangeResult.Found(List.of(), found.size(), false, now);
        }
        var ordered = request.descending() ? found.descendingMap() : found;
        List<KeyValue> records = new ArrayList<>();
        for (var entry : ordered.entrySet()) {
            if (entry.getValue().modRevision() < request.minModRevision()) {
                continue;
            }
            if (request.limit() > 0 && records.size() == request.limit()) {
                return new RangeResult.Found(records, found.size(), true, now);
            }
            records.add(
                    request.keysOnly()
                            ? entry.getValue().with(entry.getKey(), Bytes.EMPTY)
                            : load(entry.getKey(), entry.getValue()));
        }
        return new RangeResult.Found(records, found.size(), false, now);
    }

    /// What exists in the range now, by key.
    private NavigableMap<Bytes, Pointer> present(KeyRange range) {
        NavigableMap<Bytes, Pointer> found = new TreeMap<>();
        if (range.end() == null) {
            Pointer pointer = pointer(range.key());
            if (pointer != null) {
                found.put(range.key(), pointer);
            }
            return found;
        }
        reads.forEachPresent(range, found::put);
        for (var entry : written.tailMap(range.key(), true).entrySet()) {
            if (!range.contains(entry.getKey())) {
                break;
            }
            if (entry.getValue().pointer().isDeletion()) {
                found.remove(entry.getKey());
            } else {
                found.put(entry.getKey(), entry.getValue().pointer());
            }
        }
        return found;
    }

    private @Nullable Pointer pointer(Bytes key) {
        Written here = written.get(key);
        if (here != null) {
            return here.pointer().isDeletion() ? null : here.pointer();
        }
        return reads.pointer(key);
    }

    private KeyValue load(Bytes key, Pointer pointer) {
        Written here = written.get(key);
        return here == null ? reads.load(key, pointer) : here.record();
    }

    private @Nullable KeyValue presentFor(Compare compare) {
        Pointer pointer = pointer(compare.key());
        if (pointer == null) {
            return null;
        }
        return compare instanceof Compare.Value
                ? load(compare.key(), pointer)
                : pointer.with(compare.key(), Bytes.EMPTY);
    }
}
