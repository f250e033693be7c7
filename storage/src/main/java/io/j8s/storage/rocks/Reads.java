package io.j8s.storage.rocks;

import io.j8s.storage.engine.History;
import io.j8s.storage.engine.KeyRange;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.WatchEvent;
import io.j8s.storage.rocks.Layout.Pointer;

import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Everything that reads one consistent snapshot of the database: ranges and history. Stateless;
/// the caller keeps the database open meanwhile. What a snapshot shows is durable, because RocksDB
/// syncs its log before it makes a write visible.
final class Reads {

    private static final int SLICE_EVENTS = 500;
    private static final long SLICE_BYTES = 4L << 20;

    private final Database database;

    Reads(Database database) {
        this.database = database;
    }

    RangeResult range(RangeRequest request) {
        Snapshot snapshot = database.db().getSnapshot();
        try (var options = new ReadOptions().setSnapshot(snapshot)) {
            return range(request, options);
        } catch (RocksDBException e) {
            throw Database.failed(e);
        } finally {
            database.db().releaseSnapshot(snapshot);
            snapshot.close();
        }
    }

    /// The changes of a range, oldest first.
    History.Slice history(KeyRange range, long from, long to, boolean withPrevious) {
        Snapshot snapshot = database.db().getSnapshot();
        try (var options = new ReadOptions().setSnapshot(snapshot)) {
            long horizon = meta(options, Meta.HORIZON);
            return from < horizon
                    ? new History.Slice.Gone(horizon)
                    : changes(range, from, to, withPrevious, options);
        } catch (RocksDBException e) {
            throw Database.failed(e);
        } finally {
            database.db().releaseSnapshot(snapshot);
            snapshot.close();
        }
    }

    /// The key's present state without its value; null when it does not exist.
    @Nullable Pointer pointer(Bytes key) {
        try {
            byte[] bytes = database.db().get(database.current(), key.array());
            return bytes == null ? null : Layout.pointer(bytes);
        } catch (RocksDBException e) {
            throw Database.failed(e);
        }
    }

    /// The record that a pointer of the present points to.
    KeyValue load(Bytes key, Pointer pointer) {
        try (var options = new ReadOptions()) {
            return load(key, pointer, options);
        } catch (RocksDBException e) {
            throw Database.failed(e);
        }
    }

    /// Calls `action` for each present key of the range, in key order.
    void forEachPresent(KeyRange range, PresentAction action) {
        try (var options = new ReadOptions()) {
            List<Found> found = new ArrayList<>();
            collectPresent(range, Integer.MAX_VALUE, options, found);
            for (Found each : found) {
                action.accept(each.key, each.pointer);
            }
        }
    }

    @FunctionalInterface
    interface PresentAction {
        void accept(Bytes key, Pointer pointer);
    }

    private record Found(Bytes key, Pointer pointer) {}

    private RangeResult range(RangeRequest request, ReadOptions options) throws RocksDBException {
        long now = Math.max(1, meta(options, Meta.REVISION));
        long at = request.revision();
        if (at > now) {
            return new RangeResult.Future(now);
        }
        if (at != 0) {
            long horizon = meta(options, Meta.HORIZON);
            if (at < horizon) {
                return new RangeResult.Compacted(horizon);
            }
        }
        List<Found> found = new ArrayList<>();
        var range = new KeyRange(request.key(), request.end());
        int keep = keep(request);
        long count;
        if (request.end() == null && at == 0) {
            byte[] bytes = database.db().get(database.current(), options, request.key().array());
            if (bytes != null) {
                found.add(new Found(request.key(), Layout.pointer(bytes)));
            }
            count = found.size();
        } else if (at == 0 || at == now) {
            count = collectPresent(range, keep, options, found);
        } else {
            count = collectAt(range, at, keep, options, found);
        }
        return answer(request, found, count, now, options);
    }

    /// How many of the first keys the answer can need; the others are only counted.
    private static int keep(RangeRequest request) {
        if (request.countOnly()) {
            return 0;
        }
        boolean first =
                request.limit() > 0 && !request.descending() && request.minModRevision() == 0;
        return first ? request.limit() + 1 : Integer.MAX_VALUE;
    }

    private RangeResult answer(
            RangeRequest request, List<Found> found, long count, long now, ReadOptions options)
            throws RocksDBException {
        if (request.countOnly()) {
            return new RangeResult.Found(List.of(), count, false, now);
        }
        if (request.descending()) {
            Collections.reverse(found);
        }
        List<KeyValue> records = new ArrayList<>();
        for (Found each : found) {
            if (each.pointer.modRevision() < request.minModRevision()) {
                continue;
            }
            if (request.limit() > 0 && records.size() == request.limit()) {
                return new RangeResult.Found(records, count, true, now);
            }
            records.add(
                    request.keysOnly()
                            ? each.pointer.with(each.key, Bytes.EMPTY)
                            : load(each.key, each.pointer, options));
        }
        return new RangeResult.Found(records, count, false, now);
    }

    private long collectPresent(KeyRange range, int keep, ReadOptions options, List<Found> found) {
        if (range.isEmpty()) {
            return 0;
        }
        long count = 0;
        Bytes end = range.upperBound();
        try (var bound = end == null ? null : new Slice(end.array())) {
            try (var iterator = iterator(database.current(), options, bound)) {
                for (iterator.seek(range.key().array()); iterator.isValid(); iterator.next()) {
                    if (count++ < keep) {
                        found.add(
                                new Found(
                                        Bytes.wrap(iterator.key()),
                                        Layout.pointer(iterator.value())));
                    }
                }
            }
        }
        return count;
    }

    private long collectAt(
            KeyRange range, long at, int keep, ReadOptions options, List<Found> found) {
        if (range.isEmpty()) {
            return 0;
        }
        long count = 0;
        Bytes end = range.upperBound();
        try (var bound = end == null ? null : new Slice(Layout.versionsBound(end))) {
            try (var iterator = iterator(database.versions(), options, bound)) {
                iterator.seek(Layout.versionsBound(range.key()));
                while (iterator.isValid()) {
                    Bytes key = Layout.versionsKeyOf(iterator.key());
                    if (Layout.pointer(iterator.value()).modRevision() > at) {
                        iterator.seek(Layout.versionsKey(key, at));
                    }
                    if (iterator.isValid() && Layout.versionsKeyOf(iterator.key()).equals(key)) {
                        Pointer pointer = Layout.pointer(iterator.value());
                        if (!pointer.isDeletion() && count++ < keep) {
                            found.add(new Found(key, pointer));
                        }
                        iterator.seek(Layout.versionsEnd(key));
                    }
                }
            }
        }
        return count;
    }

    private History.Slice changes(
            KeyRange range, long from, long to, boolean withPrevious, ReadOptions options)
            throws RocksDBException {
        List<WatchEvent> events = new ArrayList<>();
        long bytes = 0;
        long through = to;
        try (var bound = new Slice(Layout.logKey(to + 1, 0));
                var iterator = iterator(database.log(), options, bound)) {
            long last = 0;
            for (iterator.seek(Layout.logKey(from, 0)); iterator.isValid(); iterator.next()) {
                long revision = Layout.logRevision(iterator.key());
                if (revision != last && (events.size() >= SLICE_EVENTS || bytes > SLICE_BYTES)) {
                    through = last;
                    break;
                }
                last = revision;
                byte[] value = iterator.value();
                bytes += value.length;
                if (range.contains(Layout.keyOf(value))) {
                    events.add(event(value, revision, withPrevious, options));
                }
            }
        }
        return new History.Slice.Changes(events, through);
    }

    private WatchEvent event(
            byte[] logValue, long revision, boolean withPrevious, ReadOptions options)
            throws RocksDBException {
        KeyValue record = Layout.record(logValue, revision);
        KeyValue previous = withPrevious ? at(record.key(), revision - 1, options) : null;
        var type = Layout.isDeletion(logValue) ? WatchEvent.Type.DELETE : WatchEvent.Type.PUT;
        return new WatchEvent(type, record, previous);
    }

    private @Nullable KeyValue at(Bytes key, long revision, ReadOptions options)
            throws RocksDBException {
        try (var bound = new Slice(Layout.versionsEnd(key));
                var iterator = iterator(database.versions(), options, bound)) {
            iterator.seek(Layout.versionsKey(key, revision));
            if (!iterator.isValid()) {
                return null;
            }
            Pointer pointer = Layout.pointer(iterator.value());
            return pointer.isDeletion() ? null : load(key, pointer, options);
        }
    }

    private KeyValue load(Bytes key, Pointer pointer, ReadOptions options) throws RocksDBException {
        byte[] logKey = Layout.logKey(pointer.modRevision(), pointer.position());
        byte[] value = database.db().get(database.log(), options, logKey);
        if (value == null) {
            throw new IllegalStateException(
                    "no log entry "
                            + pointer.modRevision()
                            + "/"
                            + pointer.position()
                            + " for key "
                            + key);
        }
        return Layout.record(value, pointer.modRevision());
    }

    private long meta(ReadOptions options, byte[] name) throws RocksDBException {
        return Layout.number(database.db().get(database.meta(), options, name));
    }

    private RocksIterator iterator(
            ColumnFamilyHandle family, ReadOptions options, @Nullable Slice bound) {
        try (var bounded = new ReadOptions(options)) {
            if (bound != null) {
                bounded.setIterateUpperBound(bound);
            }
            return database.db().newIterator(family, bounded);
        }
    }
}
