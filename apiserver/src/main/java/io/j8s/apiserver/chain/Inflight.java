package io.j8s.apiserver.chain;

import io.j8s.apiserver.request.RequestInfo;

import java.util.Set;
import java.util.concurrent.Semaphore;

/// Bounds the requests under way, reads and writes apart (upstream: `WithMaxInFlightLimit`). Any
/// thread; never blocks.
public final class Inflight {

    private static final Set<String> READS = Set.of("get", "list", "watch");

    private final Semaphore reads;
    private final Semaphore writes;

    public Inflight(int readsMax, int writesMax) {
        reads = new Semaphore(readsMax);
        writes = new Semaphore(writesMax);
    }

    /// Upstream's `--max-requests-inflight` and `--max-mutating-requests-inflight`.
    public static Inflight standard() {
        return new Inflight(400, 200);
    }

    boolean enter(RequestInfo info) {
        return permits(info).tryAcquire();
    }

    void leave(RequestInfo info) {
        permits(info).release();
    }

    private Semaphore permits(RequestInfo info) {
        return READS.contains(info.verb()) ? reads : writes;
    }
}
