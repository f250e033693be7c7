package io.j8s.storage.engine;

import io.j8s.machinery.timers.Timers;
import io.j8s.storage.model.Bytes;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;

/// The leases of an embedded engine with their keys and ends. Guarded by its own monitor; `expire`
/// is called outside of it, on `executor`, and has to ask [#isOver] again at the point where it
/// deletes the keys, because a keep-alive may come between.
public final class LeaseBook implements AutoCloseable {

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Timers timers;
    private final Executor executor;
    private final LongConsumer expire;
    private final Map<Long, Lease> leases = new HashMap<>();
    private Timers.@Nullable Scheduled wakeUp;
    private long wakeUpNanos;
    private boolean closed;

    private static final class Lease {
        final Duration ttl;
        final Set<Bytes> keys = new HashSet<>();
        long endNanos;

        Lease(Duration ttl) {
            this.ttl = ttl;
        }
    }

    public LeaseBook(Timers timers, Executor executor, LongConsumer expire) {
        this.timers = timers;
        this.executor = executor;
        this.expire = expire;
    }

    /// Enters a lease whose whole time to live begins now: a new one, or one found after a restart
    /// (upstream: etcd's lessor extends all leases when it becomes primary).
    public synchronized void add(long id, Duration ttl) {
        var lease = new Lease(ttl);
        lease.endNanos = timers.nanoTime() + ttl.toNanos();
        leases.put(id, lease);
        wakeUpBy(lease.endNanos);
    }

    public synchronized boolean contains(long id) {
        return leases.containsKey(id);
    }

    /// Restarts the time to live; false when there is no such lease.
    public synchronized boolean keepAlive(long id) {
        Lease lease = leases.get(id);
        if (lease == null) {
            return false;
        }
        lease.endNanos = timers.nanoTime() + lease.ttl.toNanos();
        return true;
    }

    /// Whether the lease exists and its time is up.
    public synchronized boolean isOver(long id) {
        Lease lease = leases.get(id);
        return lease != null && lease.endNanos - timers.nanoTime() <= 0;
    }

    public synchronized void attach(long id, Bytes key) {
        Lease lease = leases.get(id);
        if (lease == null) {
            throw new IllegalStateException("no lease " + id + " for key " + key);
        }
        lease.keys.add(key);
    }

    public synchronized void detach(long id, Bytes key) {
        Lease lease = leases.get(id);
        if (lease != null) {
            lease.keys.remove(key);
        }
    }

    /// The lease's keys in key order.
    public synchronized List<Bytes> keys(long id) {
        Lease lease = leases.get(id);
        return lease == null ? List.of() : lease.keys.stream().sorted().toList();
    }

    public synchronized Collection<Long> ids() {
        return List.copyOf(leases.keySet());
    }

    public synchronized void remove(long id) {
        leases.remove(id);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (wakeUp != null) {
            wakeUp.close();
        }
    }

    private void wakeUpBy(long nanos) {
        if (closed || (wakeUp != null && wakeUpNanos - nanos <= 0)) {
            return;
        }
        if (wakeUp != null) {
            wakeUp.close();
        }
        wakeUpNanos = nanos;
        wakeUp =
                timers.schedule(
                        Duration.ofNanos(Math.max(0, nanos - timers.nanoTime())),
                        executor,
                        this::expireWhatIsOver);
    }

    private void expireWhatIsOver() {
        List<Long> over = new ArrayList<>();
        synchronized (this) {
            if (closed) {
                return;
            }
            long now = timers.nanoTime();
            wakeUp = null;
            long earliest = 0;
            boolean any = false;
            for (var entry : leases.entrySet()) {
                long end = entry.getValue().endNanos;
                if (end - now <= 0) {
                    over.add(entry.getKey());
                    end = now + RETRY.toNanos(); // in case that it cannot be ended now
                }
                if (!any || end - earliest < 0) {
                    earliest = end;
                    any = true;
                }
            }
            if (any) {
                wakeUpBy(earliest);
            }
        }
        over.forEach(expire::accept);
    }
}
