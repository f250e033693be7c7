package io.j8s.storage.lease;

import io.j8s.machinery.timers.Timers;
import io.j8s.storage.model.Store;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/// Hands out leases for objects that are to vanish after a time (events: one hour). Objects written
/// close together share one, because a lease for each would cost a write of its own. Safe for many
/// threads; whoever needs a new lease waits for the store under the lock, so that only one is made.
///
/// Upstream: `leaseManager` in `k8s.io/apiserver/pkg/storage/etcd3`.
public final class SharedLeases {

    // upstream: defaultLeaseReuseDurationSeconds, the 5 % beside it, defaultLeaseMaxObjectCount
    private static final Duration REUSE_MAX = Duration.ofSeconds(60);
    private static final int REUSE_DIVISOR = 20;
    private static final int OBJECTS_MAX = 1000;

    private final Store store;
    private final Timers timers;
    private final ReentrantLock lock = new ReentrantLock();
    private long lease;
    private long endsAtNanos;
    private int objects;

    public SharedLeases(Store store, Timers timers) {
        this.store = store;
        this.timers = timers;
    }

    /// A lease that lasts at least `ttl`, and at most a minute or 5 % longer.
    public long leaseFor(Duration ttl) throws InterruptedException {
        Duration reuse = reuseOf(ttl);
        lock.lockInterruptibly();
        try {
            long now = timers.nanoTime();
            boolean lastsEnough = endsAtNanos - (now + ttl.toNanos()) > 0;
            boolean notTooLong = endsAtNanos - (now + ttl.plus(reuse).toNanos()) <= 0;
            objects++;
            if (lease == 0 || !lastsEnough || !notTooLong || objects > OBJECTS_MAX) {
                lease = store.grantLease(ttl.plus(reuse));
                endsAtNanos = now + ttl.plus(reuse).toNanos();
                objects = 1;
            }
            return lease;
        } finally {
            lock.unlock();
        }
    }

    /// The store does not know this lease (any more): the next call asks for a new one.
    public void forget(long unknown) {
        lock.lock();
        try {
            if (lease == unknown) {
                lease = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    private static Duration reuseOf(Duration ttl) {
        Duration share = Duration.ofSeconds(ttl.toSeconds() / REUSE_DIVISOR);
        return share.compareTo(REUSE_MAX) < 0 ? share : REUSE_MAX;
    }
}
