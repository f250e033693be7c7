package io.j8s.storage.prefix;

import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Compare;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.Txn;
import io.j8s.storage.model.TxnResult;
import io.j8s.storage.model.WatchEvent;
import io.j8s.storage.model.WatchListener;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/// A store whose keys below `/registry` stand below another prefix (upstream: `--etcd-prefix`), so
/// that several clusters can share one etcd. Keys elsewhere, as the compactor's, stay where they
/// are: upstream shares those too. Owns the engine below it. As safe for many threads as that is.
public final class PrefixedStore implements Store {

    /// What the API server's keys begin with.
    public static final String STANDARD = "/registry";

    private static final byte[] FROM = STANDARD.getBytes(StandardCharsets.UTF_8);

    private final Store store;
    private final byte[] to;

    private PrefixedStore(Store store, byte[] to) {
        this.store = store;
        this.to = to;
    }

    /// @param prefix with or without slashes around it, e.g. `/one/registry`
    public static Store of(Store store, String prefix) {
        var bare = prefix.replaceAll("^/+|/+$", "");
        return bare.equals("registry")
                ? store
                : new PrefixedStore(store, ("/" + bare).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public TxnResult txn(Txn txn) throws InterruptedException {
        var result =
                store.txn(
                        new Txn(
                                txn.compares().stream().map(this::inside).toList(),
                                txn.then().stream().map(this::inside).toList(),
                                txn.otherwise().stream().map(this::inside).toList()));
        return new TxnResult(
                result.succeeded(),
                result.revision(),
                result.results().stream().map(this::outside).toList());
    }

    @Override
    public RangeResult range(RangeRequest request) throws InterruptedException {
        return outside(store.range(inside(request)));
    }

    @Override
    public Watch watch(
            Bytes key,
            @Nullable Bytes end,
            long fromRevision,
            boolean withPrevious,
            WatchListener listener) {
        return store.watch(
                inside(key), insideEnd(end), fromRevision, withPrevious, outside(listener));
    }

    private WatchListener outside(WatchListener listener) {
        return new WatchListener() {
            @Override
            public void changed(List<WatchEvent> events, long revision) {
                listener.changed(
                        events.stream().map(PrefixedStore.this::outside).toList(), revision);
            }

            @Override
            public void progressed(long revision) {
                listener.progressed(revision);
            }

            @Override
            public void ended(Reason reason) {
                listener.ended(reason);
            }
        };
    }

    private Compare inside(Compare compare) {
        return switch (compare) {
            case Compare.Version(var key, var relation, var version) ->
                    new Compare.Version(inside(key), relation, version);
            case Compare.CreateRevision(var key, var relation, var revision) ->
                    new Compare.CreateRevision(inside(key), relation, revision);
            case Compare.ModRevision(var key, var relation, var revision) ->
                    new Compare.ModRevision(inside(key), relation, revision);
            case Compare.Lease(var key, var relation, var lease) ->
                    new Compare.Lease(inside(key), relation, lease);
            case Compare.Value(var key, var relation, var value) ->
                    new Compare.Value(inside(key), relation, value);
        };
    }

    private Op inside(Op op) {
        return switch (op) {
            case Op.Put(var key, var value, var lease, var withPrevious) ->
                    new Op.Put(inside(key), value, lease, withPrevious);
            case Op.Delete(var key, var end, var withPrevious) ->
                    new Op.Delete(inside(key), insideEnd(end), withPrevious);
            case Op.Range(var request) -> new Op.Range(inside(request));
        };
    }

    private RangeRequest inside(RangeRequest request) {
        return new RangeRequest(
                inside(request.key()),
                insideEnd(request.end()),
                request.revision(),
                request.limit(),
                request.keysOnly(),
                request.countOnly(),
                request.descending(),
                request.minModRevision());
    }

    /// The end of "everything below /registry" does not itself begin with it.
    private @Nullable Bytes insideEnd(@Nullable Bytes end) {
        if (end == null || end.length() == 0) {
            return end;
        }
        return end.equals(Bytes.wrap(FROM).prefixEnd()) ? Bytes.wrap(to).prefixEnd() : inside(end);
    }

    private Bytes inside(Bytes key) {
        return exchanged(key, FROM, to);
    }

    private Bytes outside(Bytes key) {
        return exchanged(key, to, FROM);
    }

    private static Bytes exchanged(Bytes key, byte[] prefix, byte[] other) {
        if (!key.startsWith(Bytes.wrap(prefix))) {
            return key;
        }
        int rest = key.length() - prefix.length;
        var out = Arrays.copyOf(other, other.length + rest);
        System.arraycopy(key.array(), prefix.length, out, other.length, rest);
        return Bytes.wrap(out);
    }

    private TxnResult.OpResult outside(TxnResult.OpResult result) {
        return switch (result) {
            case TxnResult.OpResult.Put(var previous) ->
                    new TxnResult.OpResult.Put(outside(previous));
            case TxnResult.OpResult.Delete(var deleted, var previous) ->
                    new TxnResult.OpResult.Delete(deleted, outside(previous));
            case TxnResult.OpResult.Range(var range) ->
                    new TxnResult.OpResult.Range(outside(range));
        };
    }

    private RangeResult outside(RangeResult result) {
        return result instanceof RangeResult.Found(var records, var count, var more, var revision)
                ? new RangeResult.Found(outside(records), count, more, revision)
                : result;
    }

    private List<KeyValue> outside(List<KeyValue> records) {
        return records.stream().map(this::outside).toList();
    }

    private KeyValue outside(KeyValue record) {
        return new KeyValue(
                outside(record.key()),
                record.value(),
                record.createRevision(),
                record.modRevision(),
                record.version(),
                record.lease());
    }

    private WatchEvent outside(WatchEvent event) {
        var previous = event.previous();
        return new WatchEvent(
                event.type(), outside(event.record()), previous == null ? null : outside(previous));
    }

    @Override
    public long revision() throws InterruptedException {
        return store.revision();
    }

    @Override
    public long knownRevision() {
        return store.knownRevision();
    }

    @Override
    public void requestProgress() {
        store.requestProgress();
    }

    @Override
    public boolean trustsProgress() {
        return store.trustsProgress();
    }

    @Override
    public long compactedRevision() {
        return store.compactedRevision();
    }

    @Override
    public void compact(long revision) throws InterruptedException {
        store.compact(revision);
    }

    @Override
    public long grantLease(Duration ttl) throws InterruptedException {
        return store.grantLease(ttl);
    }

    @Override
    public boolean keepAlive(long lease) throws InterruptedException {
        return store.keepAlive(lease);
    }

    @Override
    public void revokeLease(long lease) throws InterruptedException {
        store.revokeLease(lease);
    }

    @Override
    public void close() {
        store.close();
    }
}
