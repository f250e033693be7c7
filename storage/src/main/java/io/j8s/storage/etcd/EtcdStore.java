package io.j8s.storage.etcd;

import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusRequest;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.j8s.machinery.timers.Deadline;
import io.j8s.machinery.timers.Timers;
import io.j8s.storage.engine.TxnRules;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.StoreException;
import io.j8s.storage.model.Txn;
import io.j8s.storage.model.TxnResult;
import io.j8s.storage.model.WatchEvent;
import io.j8s.storage.model.WatchListener;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/// The store in an etcd cluster; several API servers may share it. Calls block the calling virtual
/// thread. etcd has one horizon only, so history ends at the logical one. Safe for many threads.
public final class EtcdStore implements Store {

    /// Longer than a busy member takes, shorter than the writes that wait for it may (upstream: 34
    /// s).
    static final long CALL_SECONDS = 30;

    // upstream: kube-apiserver asks for its etcd 60 times, once a second, before it gives up
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Duration START_INTERVAL = Duration.ofSeconds(1);
    private static final int ATTEMPTS_MAX = 100; // upstream: clientv3's defaultUnaryMaxRetries
    private static final Duration BACK_OFF = Duration.ofMillis(25); // upstream: clientv3's

    private static final Logger LOG = LoggerFactory.getLogger(EtcdStore.class);
    private static final Bytes NO_KEY = Bytes.of("\0");

    private final Members members;
    private final Timers timers;
    private final Set<EtcdWatch> watches = ConcurrentHashMap.newKeySet();
    private final AtomicLong compacted = new AtomicLong();
    private final boolean trustsProgress;
    private volatile boolean closed;

    /// Connects and asks for the members' versions; waits for a member that is about to start.
    ///
    /// @throws StoreException.Unavailable when no member can be reached within a minute
    public EtcdStore(EtcdConfig config, Timers timers) throws InterruptedException {
        this(config, timers, START_MAX);
    }

    /// @param startMax how long to wait for the first answer
    EtcdStore(EtcdConfig config, Timers timers, Duration startMax) throws InterruptedException {
        this.timers = timers;
        members = new Members(config);
        var patience = timers.deadline(startMax);
        try {
            if (members.hasUser()) {
                call(
                        channel -> {
                            members.authenticate();
                            return channel;
                        },
                        true);
            }
            trustsProgress = oldestVersion(patience).trustsProgress();
            // every store once had a revision 1
            range(new RangeRequest(NO_KEY, null, 1, 0, false, true, false, 0));
        } catch (StatusRuntimeException e) {
            members.close();
            throw EtcdErrors.unavailable(e);
        } catch (StoreException | InterruptedException e) {
            members.close();
            throw e;
        }
        if (!trustsProgress) {
            LOG.atWarn()
                    .log(
                            "etcd is older than 3.4.31 or 3.5.13: its progress reports cannot be"
                                    + " trusted, consistent reads go to etcd");
        }
    }

    @Override
    public TxnResult txn(Txn txn) throws InterruptedException {
        TxnRules.check(txn);
        var request = Messages.txn(txn);
        try {
            return call(channel -> Messages.result(kv(channel).txn(request)), false);
        } catch (StatusRuntimeException e) {
            if (EtcdErrors.isTooLarge(e)) {
                throw new StoreException.ValueTooLarge(request.getSerializedSize());
            }
            if (EtcdErrors.isLeaseNotFound(e)) {
                throw new StoreException.LeaseNotFound(leaseOf(txn));
            }
            throw EtcdErrors.unavailable(e);
        }
    }

    @Override
    public RangeResult range(RangeRequest request) throws InterruptedException {
        if (request.end() != null
                && request.end().length() > 0
                && request.end().compareTo(request.key()) <= 0) {
            return new RangeResult.Found(List.of(), 0, false, revision());
        }
        var message = Messages.range(request);
        try {
            return call(
                    channel -> {
                        var response = kv(channel).range(message);
                        return Messages.found(response, response.getHeader().getRevision());
                    },
                    true);
        } catch (StatusRuntimeException e) {
            if (EtcdErrors.isCompacted(e)) {
                findHorizon();
                return new RangeResult.Compacted(compacted.get());
            }
            if (EtcdErrors.isFuture(e)) {
                return new RangeResult.Future(revision());
            }
            throw EtcdErrors.unavailable(e);
        }
    }

    @Override
    public long revision() throws InterruptedException {
        var request = Messages.range(new RangeRequest(NO_KEY, null, 0, 0, false, true, false, 0));
        try {
            return call(channel -> kv(channel).range(request).getHeader().getRevision(), true);
        } catch (StatusRuntimeException e) {
            throw EtcdErrors.unavailable(e);
        }
    }

    @Override
    public boolean trustsProgress() {
        return trustsProgress;
    }

    @Override
    public Watch watch(
            Bytes key,
            @Nullable Bytes end,
            long fromRevision,
            boolean withPrevious,
            WatchListener listener) {
        int member = members.used();
        var watch =
                new EtcdWatch(
                        listener,
                        this::raiseHorizon,
                        watches::remove,
                        () -> members.failed(member),
                        trustsProgress);
        watches.add(watch);
        watch.open(members.current(), Messages.watch(key, end, fromRevision, withPrevious));
        if (closed) {
            watch.lose("the store is closed");
        }
        return watch;
    }

    @Override
    public void requestProgress() {
        watches.forEach(EtcdWatch::requestProgress);
    }

    /// As far as this process knows: its own compactions and what reads and watches ran into.
    @Override
    public long compactedRevision() {
        return compacted.get();
    }

    @Override
    public void compact(long revision) throws InterruptedException {
        long to = Math.min(revision, revision());
        if (to <= compacted.get()) {
            return;
        }
        var request = CompactionRequest.newBuilder().setRevision(to).build();
        try {
            call(channel -> kv(channel).compact(request), true);
        } catch (StatusRuntimeException e) {
            if (!EtcdErrors.isCompacted(e)) {
                throw EtcdErrors.unavailable(e);
            }
        }
        raiseHorizon(to);
    }

    @Override
    public long grantLease(Duration ttl) throws InterruptedException {
        long seconds = ttl.plusSeconds(1).minusNanos(1).toSeconds();
        var request = LeaseGrantRequest.newBuilder().setTTL(Math.max(1, seconds)).build();
        try {
            return call(channel -> lease(channel).leaseGrant(request).getID(), false);
        } catch (StatusRuntimeException e) {
            throw EtcdErrors.unavailable(e);
        }
    }

    @Override
    public boolean keepAlive(long lease) throws InterruptedException {
        try {
            return call(channel -> keepAliveOnce(channel, lease), true) > 0;
        } catch (StatusRuntimeException e) {
            throw EtcdErrors.unavailable(e);
        }
    }

    @Override
    public void revokeLease(long lease) throws InterruptedException {
        var request = LeaseRevokeRequest.newBuilder().setID(lease).build();
        try {
            call(channel -> lease(channel).leaseRevoke(request), true);
        } catch (StatusRuntimeException e) {
            if (!EtcdErrors.isLeaseNotFound(e)) {
                throw EtcdErrors.unavailable(e);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        watches.forEach(watch -> watch.lose("the store is closed"));
        members.close();
    }

    /// Calls the member in use. A lost member is left for the next one; what may be repeated is
    /// then tried there, and again while the members say at once that they cannot yet.
    private <T> T call(Function<Channel, T> request, boolean repeatable)
            throws InterruptedException {
        if (closed) {
            throw new StoreException.Unavailable("the store is closed", null);
        }
        boolean renewed = false;
        for (int attempt = 1; ; attempt++) {
            int member = members.used();
            try {
                return request.apply(members.current());
            } catch (StatusRuntimeException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (members.hasUser() && !renewed && EtcdErrors.isTokenInvalid(e)) {
                    renewed = true;
                    members.authenticate();
                    continue;
                }
                if (EtcdErrors.isMemberLost(e)) {
                    members.failed(member);
                    if (mayTryAgain(e, attempt, repeatable)) {
                        if (attempt >= members.count()) {
                            timers.sleep(BACK_OFF);
                        }
                        continue;
                    }
                }
                throw e;
            }
        }
    }

    private boolean mayTryAgain(StatusRuntimeException e, int attempt, boolean repeatable) {
        boolean isHarmless = repeatable || EtcdErrors.hadNoEffect(e);
        boolean isQuick = e.getStatus().getCode() == Status.Code.UNAVAILABLE;
        return isHarmless && attempt < (isQuick ? ATTEMPTS_MAX : members.count());
    }

    private EtcdVersion oldestVersion(Deadline patience) throws InterruptedException {
        while (true) {
            EtcdVersion oldest = null;
            StatusRuntimeException last = null;
            for (Channel channel : members.all()) {
                try {
                    EtcdVersion parsed = EtcdVersion.parse(version(channel));
                    oldest = oldest == null || parsed.compareTo(oldest) < 0 ? parsed : oldest;
                } catch (StatusRuntimeException e) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                    last = e; // one member may be down
                }
            }
            if (oldest != null) {
                return oldest;
            }
            if (last != null && !EtcdErrors.isMemberLost(last)) {
                throw EtcdErrors.unavailable(last);
            }
            if (patience.hasPassed()) {
                throw new StoreException.Unavailable("no etcd member answers", last);
            }
            timers.sleep(START_INTERVAL);
        }
    }

    private static String version(Channel channel) {
        return MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance())
                .getVersion();
    }

    /// etcd tells its horizon only to a watch that begins below it.
    private void findHorizon() throws InterruptedException {
        var told = new CompletableFuture<Void>();
        var listener =
                new WatchListener() {
                    @Override
                    public void changed(List<WatchEvent> events, long revision) {}

                    @Override
                    public void progressed(long revision) {}

                    @Override
                    public void ended(Reason reason) {
                        told.complete(null);
                    }
                };
        try (var _ = watch(NO_KEY, null, 1, false, listener)) {
            told.get(CALL_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new StoreException.Unavailable("etcd does not tell its compaction revision", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void raiseHorizon(long revision) {
        compacted.accumulateAndGet(revision, Math::max);
    }

    private static long keepAliveOnce(Channel channel, long lease) {
        var ttl = new CompletableFuture<Long>();
        var stream =
                LeaseGrpc.newStub(channel)
                        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                        .leaseKeepAlive(
                                new StreamObserver<LeaseKeepAliveResponse>() {
                                    @Override
                                    public void onNext(LeaseKeepAliveResponse response) {
                                        ttl.complete(response.getTTL());
                                    }

                                    @Override
                                    public void onError(Throwable error) {
                                        ttl.completeExceptionally(error);
                                    }

                                    @Override
                                    public void onCompleted() {
                                        ttl.complete(0L);
                                    }
                                });
        stream.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
        try {
            return ttl.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Status.CANCELLED.withDescription("interrupted").asRuntimeException();
        } catch (ExecutionException e) {
            throw Status.fromThrowable(e.getCause()).asRuntimeException();
        } finally {
            stream.onCompleted();
        }
    }

    private static KVGrpc.KVBlockingStub kv(Channel channel) {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    private static LeaseGrpc.LeaseBlockingStub lease(Channel channel) {
        return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    private static long leaseOf(Txn txn) {
        for (List<Op> ops : List.of(txn.then(), txn.otherwise())) {
            for (Op op : ops) {
                if (op instanceof Op.Put put && put.lease() != 0) {
                    return put.lease();
                }
            }
        }
        return 0;
    }
}
