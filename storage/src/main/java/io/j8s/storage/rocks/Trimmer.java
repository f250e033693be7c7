package io.j8s.storage.rocks;

import io.j8s.storage.model.Bytes;
import io.j8s.storage.rocks.Layout.Pointer;

import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

import java.util.ArrayList;
import java.util.List;

/// Removes history below the physical horizon, a little at a time so that writers hardly wait.
/// Confined to the writer thread. Progress is written with each step; a crash only repeats a step.
///
/// Example, horizon 6: key `a` has states 2, 4, 9 and `b` has 3, 5 (a deletion). Reads at 5 (the
/// state before the change at the horizon) need `a`@4 and not `b`. Walking the log up to 5, at
/// `a`@4 everything older of `a` goes, at `b`@5 everything older of `b` and the deletion itself.
/// What is left of the log up to 5 is `a`@4.
final class Trimmer {

    private static final int STEP_RECORDS = 500;

    private final Database database;
    private long trimmed;
    private long target;

    /// @param trimmed everything up to it has been trimmed
    /// @param horizon the physical horizon
    Trimmer(Database database, long trimmed, long horizon) {
        this.database = database;
        this.trimmed = trimmed;
        this.target = Math.max(trimmed, horizon - 1);
    }

    void horizon(long revision) {
        target = Math.max(target, revision - 1);
    }

    boolean isDone() {
        return trimmed >= target;
    }

    void step() throws RocksDBException {
        try (var options = new ReadOptions();
                var end = new Slice(Layout.logKey(target + 1, 0));
                var writes = new WriteBatch();
                var lazily = new WriteOptions()) {
            options.setIterateUpperBound(end);
            long last = trimmed;
            int records = 0;
            boolean complete = true;
            try (var log = database.db().newIterator(database.log(), options)) {
                log.seek(Layout.logKey(trimmed + 1, 0));
                for (; log.isValid(); log.next()) {
                    long revision = Layout.logRevision(log.key());
                    if (revision != last && records >= STEP_RECORDS) {
                        complete = false;
                        break;
                    }
                    last = revision;
                    records++;
                    trimKey(Layout.keyOf(log.value()), revision, writes);
                }
            }
            long through = complete ? target : last;
            writes.put(database.meta(), Meta.TRIMMED, Layout.number(through));
            database.db().write(lazily, writes);
            trimmed = through;
        }
    }

    /// Removes what is older than the newest state up to the target, if `revision` is that state.
    private void trimKey(Bytes key, long revision, WriteBatch writes) throws RocksDBException {
        List<byte[]> found = new ArrayList<>();
        List<Pointer> pointers = new ArrayList<>();
        try (var options = new ReadOptions();
                var end = new Slice(Layout.versionsEnd(key))) {
            options.setIterateUpperBound(end);
            try (var versions = database.db().newIterator(database.versions(), options)) {
                versions.seek(Layout.versionsKey(key, target));
                for (; versions.isValid(); versions.next()) {
                    Pointer pointer = Layout.pointer(versions.value());
                    if (found.isEmpty() && pointer.modRevision() != revision) {
                        return; // a newer state up to the target comes later in the log
                    }
                    found.add(versions.key());
                    pointers.add(pointer);
                }
            }
        }
        int keep = !pointers.isEmpty() && pointers.getFirst().isDeletion() ? 0 : 1;
        for (int i = keep; i < found.size(); i++) {
            Pointer pointer = pointers.get(i);
            writes.delete(database.versions(), found.get(i));
            writes.delete(database.log(), Layout.logKey(pointer.modRevision(), pointer.position()));
        }
    }
}
