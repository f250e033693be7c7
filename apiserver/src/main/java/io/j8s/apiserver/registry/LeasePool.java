package io.j8s.apiserver.registry;

import io.j8s.machinery.timers.Timers;
import io.j8s.storage.model.Store;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Shares one store lease among many short-lived objects, so that a flood of events does not become
/// a flood of leases (upstream: `leaseManager`: reused for 5 % of its time or 60 s and for 1,000
/// objects). Any thread.
public final class LeasePool {

    private static final int OBJECTS_MAX = 1000; // upstream: defaultLeaseMaxObjectCount
    private static final Duration REUSE = Duration.ofSeconds(60); // defaultLeaseReuseDuration
    private static final int REUSE_DIVISOR = 20;

    private final Store store;
    private final Timers timers;
    private final Map<Duration, Shared> byTtl = new HashMap<>();

    private static final class Shared {
        private long id;
        private long usableUntilNanos;
        private int objects;
    }

    public LeasePool(Store store, Timers timers) {
        this.store = store;
        this.timers = timers;
    }

    synchronized long lease(Duration ttl) throws InterruptedException {
        var shared = byTtl.computeIfAbsent(ttl, _ -> new Shared());
        long now = timers.nanoTime();
        if (shared.id == 0 || shared.usableUntilNanos - now <= 0 || shared.objects >= OBJECTS_MAX) {
            var fraction = ttl.dividedBy(REUSE_DIVISOR);
            var reuse = fraction.compareTo(REUSE) < 0 ? fraction : REUSE;
            shared.id = store.grantLease(ttl.plus(reuse));
            shared.usableUntilNanos = now + reuse.toNanos();
            shared.objects = 0;
        }
        shared.objects++;
        return shared.id;
    }
}
