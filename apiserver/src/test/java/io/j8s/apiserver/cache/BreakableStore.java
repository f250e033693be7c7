package io.j8s.apiserver.cache;

import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.Txn;
import io.j8s.storage.model.TxnResult;
import io.j8s.storage.model.WatchListener;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A store whose watches a test can end, as a lost connection or a compaction does. It tells its
/// revision only when asked, like a remote engine.
final class BreakableStore implements Store {

    private final Store real;
    private final List<Open> open = new CopyOnWriteArrayList<>();

    private record Open(Watch watch, WatchListener listener) {}

    BreakableStore(Store real) {
        this.real = real;
    }

    /// Ends all open watches.
    void endWatches(WatchListener.Reason reason) {
        List<Open> ending = List.copyOf(open);
        open.removeAll(ending);
        for (Open each : ending) {
            each.watch.close();
            each.listener.ended(reason);
        }
    }

    int openWatches() {
        return open.size();
    }

    @Override
    public Watch watch(
            Bytes key,
            @Nullable Bytes end,
            long fromRevision,
            boolean withPrevious,
            WatchListener listener) {
        Watch watch = real.watch(key, end, fromRevision, withPrevious, listener);
        open.add(new Open(watch, listener));
        return watch;
    }

    @Override
    public TxnResult txn(Txn txn) throws InterruptedException {
        return real.txn(txn);
    }

    @Override
    public RangeResult range(RangeRequest request) throws InterruptedException {
        return real.range(request);
    }

    @Override
    public long revision() throws InterruptedException {
        return real.revision();
    }

    @Override
    public void requestProgress() {
        real.requestProgress();
    }

    @Override
    public long compactedRevision() {
        return real.compactedRevision();
    }

    @Override
    public void compact(long revision) throws InterruptedException {
        real.compact(revision);
    }

    @Override
    public long grantLease(Duration ttl) throws InterruptedException {
        return real.grantLease(ttl);
    }

    @Override
    public boolean keepAlive(long lease) throws InterruptedException {
        return real.keepAlive(lease);
    }

    @Override
    public void revokeLease(long lease) throws InterruptedException {
        real.revokeLease(lease);
    }

    @Override
    public void close() {
        real.close();
    }
}
