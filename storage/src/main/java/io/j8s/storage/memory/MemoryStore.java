package io.j8s.storage.memory;

import io.j8s.machinery.timers.Timers;
import io.j8s.storage.engine.Change;
import io.j8s.storage.engine.History;
import io.j8s.storage.engine.KeyRange;
import io.j8s.storage.engine.LeaseBook;
import io.j8s.storage.engine.Retention;
import io.j8s.storage.engine.RetentionTrail;
import io.j8s.storage.engine.TxnRules;
import io.j8s.storage.engine.WatchFeed;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.StoreException;
import io.j8s.storage.model.Txn;
import io.j8s.storage.model.TxnResult;
import io.j8s.storage.model.TxnResult.OpResult;
import io.j8s.storage.model.WatchEvent;
import io.j8s.storage.model.WatchListener;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// The reference engine: one lock around sorted maps. Nothing is durable. `lock` guards everything
/// but the feed, which has its own and is published to under this one, so that changes arrive there
/// in revision order.
public final class MemoryStore implements Store {

    private static final Retention RETENTION = new Retention(Duration.ofHours(1), 64L << 20);
    private static final int SLICE_EVENTS = 1000;

    private final Timers timers;
    private final ReentrantLock lock = new ReentrantLock();
    private final NavigableMap<Bytes, KeyHistory> keys = new TreeMap<>();
    private final NavigableMap<Long, List<WatchEvent>> log = new TreeMap<>();
    private final RetentionTrail trail;
    private final LeaseBook leases;
    private final WatchFeed feed;
    private volatile long revision = 1;
    private volatile long compacted;
    private long horizon;
    private long bytesWritten;
    private long leaseCount;
    private boolean closed;

    public MemoryStore(Timers timers) {
        this(timers, RETENTION);
    }

    public MemoryStore(Timers timers, Retention retention) {
        this.timers = timers;
        this.trail = new RetentionTrail(retention, List.of());
        this.leases =
                new LeaseBook(timers, task -> Thread.ofVirtual().start(task), this::endIfOver);
        this.feed = new WatchFeed("memory", this::readHistory, revision);
    }

    @Override
    public TxnResult txn(Txn txn) {
        TxnRules.check(txn);
        return locked(() -> run(txn));
    }

    @Override
    public RangeResult range(RangeRequest request) {
        return locked(() -> read(request, revision));
    }

    @Override
    public long revision() {
        return locked(() -> revision);
    }

    @Override
    public long knownRevision() {
        return revision;
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
        return compacted;
    }

    @Override
    public void compact(long to) {
        locked(() -> {
            compacted = Math.max(compacted, Math.min(to, revision));
            trail.add(sample());
            trim();
            return compacted;
        });
    }

    @Override
    public long grantLease(Duration ttl) {
        return locked(() -> {
            long id = ++leaseCount;
            leases.add(id, ttl);
            return id;
        });
    }

    @Override
    public boolean keepAlive(long lease) {
        return locked(() -> leases.keepAlive(lease));
    }

    @Override
    public void revokeLease(long lease) {
        locked(() -> end(lease));
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        leases.close();
        feed.close();
    }

    private void endIfOver(long lease) {
        lock.lock();
        try {
            if (!closed && leases.isOver(lease)) {
                end(lease);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean end(long lease) {
        List<Bytes> attached = leases.keys(lease);
        leases.remove(lease);
        if (!attached.isEmpty()) {
            List<Op> deletes = new ArrayList<>();
            attached.forEach(key -> deletes.add(new Op.Delete(key, null, false)));
            run(new Txn(List.of(), deletes, List.of()));
        }
        return true;
    }

    private TxnResult run(Txn txn) {
        boolean succeeded =
                txn.compares().stream().allMatch(c -> TxnRules.holds(c, at(c.key(), revision)));
        List<Op> ops = succeeded ? txn.then() : txn.otherwise();
        for (Op op : ops) {
            if (op instanceof Op.Put put && put.lease() != 0 && !leases.contains(put.lease())) {
                throw new StoreException.LeaseNotFound(put.lease());
            }
        }
        long next = revision + 1;
        List<WatchEvent> events = new ArrayList<>();
        List<OpResult> results = new ArrayList<>();
        for (Op op : ops) {
            results.add(
                    switch (op) {
                        case Op.Put put -> put(put, next, events);
                        case Op.Delete delete -> delete(delete, next, events);
                        case Op.Range(var request) -> {
                            long now = events.isEmpty() ? revision : next;
                            yield new OpResult.Range(read(request, now));
                        }
                    });
        }
        if (!events.isEmpty()) {
            commit(next, events);
        }
        return new TxnResult(succeeded, revision, results);
    }

    private OpResult put(Op.Put put, long next, List<WatchEvent> events) {
        KeyValue previous = at(put.key(), next);
        var record =
                new KeyValue(
                        put.key(),
                        put.value(),
                        previous == null ? next : previous.createRevision(),
                        next,
                        previous == null ? 1 : previous.version() + 1,
                        put.lease());
        change(WatchEvent.Type.PUT, record, previous, events);
        if (put.lease() != 0) {
            leases.attach(put.lease(), put.key());
        }
        return new OpResult.Put(
                put.withPrevious() && previous != null ? List.of(previous) : List.of());
    }

    private OpResult delete(Op.Delete delete, long next, List<WatchEvent> events) {
        List<KeyValue> found = present(new KeyRange(delete.key(), delete.end()), next);
        for (KeyValue previous : found) {
            var record = new KeyValue(previous.key(), Bytes.EMPTY, 0, next, 0, 0);
            change(WatchEvent.Type.DELETE, record, previous, events);
        }
        return new OpResult.Delete(found.size(), delete.withPrevious() ? found : List.of());
    }

    private void change(
            WatchEvent.Type type,
            KeyValue record,
            @Nullable KeyValue previous,
            List<WatchEvent> events) {
        if (previous != null && previous.lease() != 0) {
            leases.detach(previous.lease(), previous.key());
        }
        keys.computeIfAbsent(record.key(), _ -> new KeyHistory()).add(record);
        events.add(new WatchEvent(type, record, previous));
        bytesWritten += record.key().length() + record.value().length();
    }

    private void commit(long next, List<WatchEvent> events) {
        log.put(next, List.copyOf(events));
        revision = next;
        if (trail.isDue(timers.now().toEpochMilli(), bytesWritten)) {
            trail.add(sample());
            trim();
        }
        feed.publish(List.of(new Change(next, events, true)), next);
    }

    private RangeResult read(RangeRequest request, long now) {
        long at = request.revision() == 0 ? now : request.revision();
        if (at > now) {
            return new RangeResult.Future(now);
        }
        if (at < horizon) {
            return new RangeResult.Compacted(horizon);
        }
        List<KeyValue> all = present(new KeyRange(request.key(), request.end()), at);
        long count = all.size();
        if (request.countOnly()) {
            return new RangeResult.Found(List.of(), count, false, now);
        }
        List<KeyValue> wanted = request.descending() ? all.reversed() : all;
        List<KeyValue> records = new ArrayList<>();
        boolean more = false;
        for (KeyValue record : wanted) {
            if (record.modRevision() < request.minModRevision()) {
                continue;
            }
            if (request.limit() > 0 && records.size() == request.limit()) {
                more = true;
                break;
            }
            records.add(request.keysOnly() ? withoutValue(record) : record);
        }
        return new RangeResult.Found(records, count, more, now);
    }

    private List<KeyValue> present(KeyRange range, long at) {
        if (range.isEmpty()) {
            return List.of();
        }
        List<KeyValue> found = new ArrayList<>();
        Bytes end = range.upperBound();
        var part =
                end == null
                        ? keys.tailMap(range.key(), true)
                        : keys.subMap(range.key(), true, end, false);
        for (KeyHistory history : part.values()) {
            KeyValue state = history.at(at);
            if (state != null) {
                found.add(state);
            }
        }
        return found;
    }

    private @Nullable KeyValue at(Bytes key, long at) {
        KeyHistory history = keys.get(key);
        return history == null ? null : history.at(at);
    }

    private History.Slice readHistory(KeyRange range, long from, long to, boolean withPrevious) {
        return locked(() -> {
            if (from < horizon) {
                return new History.Slice.Gone(horizon);
            }
            List<WatchEvent> events = new ArrayList<>();
            for (var entry : log.subMap(from, true, to, true).entrySet()) {
                for (WatchEvent event : entry.getValue()) {
                    if (range.contains(event.record().key())) {
                        events.add(
                                withPrevious
                                        ? event
                                        : new WatchEvent(event.type(), event.record(), null));
                    }
                }
                if (events.size() >= SLICE_EVENTS) {
                    return new History.Slice.Changes(events, entry.getKey());
                }
            }
            return new History.Slice.Changes(events, to);
        });
    }

    private RetentionTrail.Sample sample() {
        return new RetentionTrail.Sample(timers.now().toEpochMilli(), revision, bytesWritten);
    }

    /// Forgets states that no read at or after the physical horizon can see. The changes *at* the
    /// horizon stay whole, so that a watch may begin there.
    private void trim() {
        long expired = trail.expired(timers.now().toEpochMilli(), bytesWritten);
        long to = Math.min(expired, compacted);
        if (to <= horizon) {
            return;
        }
        horizon = to;
        log.headMap(to, false).clear();
        Iterator<KeyHistory> all = keys.values().iterator();
        while (all.hasNext()) {
            if (all.next().trim(to - 1)) {
                all.remove();
            }
        }
    }

    private <T> T locked(java.util.function.Supplier<T> work) {
        lock.lock();
        try {
            if (closed) {
                throw new StoreException.Unavailable("the store is closed", null);
            }
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private static KeyValue withoutValue(KeyValue record) {
        return new KeyValue(
                record.key(),
                Bytes.EMPTY,
                record.createRevision(),
                record.modRevision(),
                record.version(),
                record.lease());
    }
}
