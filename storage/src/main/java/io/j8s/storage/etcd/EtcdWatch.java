package io.j8s.storage.etcd;

import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchProgressRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.WatchEvent;
import io.j8s.storage.model.WatchListener;
import io.j8s.storage.model.WatchListener.Reason;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// One watch on a gRPC stream of its own, so that a slow listener holds up only itself (gRPC's flow
/// control then stops the server). gRPC calls the observer's methods one at a time; the monitor
/// guards what is sent.
final class EtcdWatch implements Store.Watch, ClientResponseObserver<WatchRequest, WatchResponse> {

    private static final Logger LOG = LoggerFactory.getLogger(EtcdWatch.class);
    private static final Metadata.Key<String> LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final WatchListener listener;
    private final LongConsumer compacted;
    private final Consumer<EtcdWatch> onEnd;
    private final Runnable memberLost;
    private final boolean trustsProgress;
    private final List<WatchEvent> fragments = new ArrayList<>();
    private @Nullable ClientCallStreamObserver<WatchRequest> call;
    private boolean created;
    private volatile long through;
    private volatile boolean closed;

    /// @param compacted told of the horizon when the watch begins below it
    /// @param onEnd told once when the watch is over, however
    /// @param memberLost told when the connection broke
    EtcdWatch(
            WatchListener listener,
            LongConsumer compacted,
            Consumer<EtcdWatch> onEnd,
            Runnable memberLost,
            boolean trustsProgress) {
        this.listener = listener;
        this.compacted = compacted;
        this.onEnd = onEnd;
        this.memberLost = memberLost;
        this.trustsProgress = trustsProgress;
    }

    void open(Channel channel, WatchCreateRequest request) {
        var headers = new Metadata();
        headers.put(LEADER, "true"); // a member that has lost its cluster ends the watch
        var stream =
                WatchGrpc.newStub(channel)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .watch(this);
        synchronized (this) {
            stream.onNext(WatchRequest.newBuilder().setCreateRequest(request).build());
        }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
        synchronized (this) {
            call = stream;
        }
    }

    @Override
    public long deliveredThrough() {
        return through;
    }

    @Override
    public synchronized void requestProgress() {
        if (trustsProgress && created && !closed && call != null) {
            var request = WatchProgressRequest.getDefaultInstance();
            call.onNext(WatchRequest.newBuilder().setProgressRequest(request).build());
        }
    }

    @Override
    public void close() {
        if (markClosed()) {
            cancel();
        }
    }

    /// Ends it from the store's side.
    void lose(String message) {
        if (markClosed()) {
            cancel();
            tellEnd(new Reason.Lost(message));
        }
    }

    @Override
    public void onNext(WatchResponse response) {
        if (closed) {
            return;
        }
        try {
            handle(response);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("watch listener failed");
            lose("the watch's listener failed: " + e);
        }
    }

    @Override
    public void onError(Throwable error) {
        if (markClosed()) {
            memberLost.run();
            tellEnd(new Reason.Lost("etcd: " + error.getMessage()));
        }
    }

    @Override
    public void onCompleted() {
        if (markClosed()) {
            tellEnd(new Reason.Lost("etcd ended the watch"));
        }
    }

    private void handle(WatchResponse response) {
        if (response.getCompactRevision() != 0) {
            compacted.accept(response.getCompactRevision());
            if (markClosed()) {
                cancel();
                tellEnd(new Reason.Compacted(response.getCompactRevision()));
            }
            return;
        }
        if (response.getCanceled()) {
            lose("etcd cancelled the watch: " + response.getCancelReason());
            return;
        }
        if (response.getCreated()) {
            synchronized (this) {
                created = true;
            }
            return;
        }
        if (response.getEventsCount() == 0) {
            progress(response.getHeader().getRevision());
            return;
        }
        response.getEventsList().forEach(event -> fragments.add(Messages.event(event)));
        if (!Messages.isFragment(response)) {
            List<WatchEvent> events = List.copyOf(fragments);
            fragments.clear();
            // the header may name a later revision of which events still follow
            long last = events.getLast().record().modRevision();
            listener.changed(events, last);
            through = last;
        }
    }

    private void progress(long revision) {
        if (revision > through) {
            listener.progressed(revision);
            through = revision;
        }
    }

    private void tellEnd(Reason reason) {
        try {
            listener.ended(reason);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("watch listener failed at its end");
        }
    }

    private synchronized boolean markClosed() {
        if (closed) {
            return false;
        }
        closed = true;
        onEnd.accept(this);
        return true;
    }

    private synchronized void cancel() {
        if (call != null) {
            call.cancel("closed", null);
        }
    }
}
