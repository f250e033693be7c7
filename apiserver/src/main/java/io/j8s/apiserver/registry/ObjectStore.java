package io.j8s.apiserver.registry;

import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.storage.lease.SharedLeases;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.StoreException;
import io.j8s.storage.model.Txn;
import io.j8s.storage.model.TxnResult;
import io.j8s.storage.model.TxnResult.OpResult;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;

/// Objects in the store: what upstream's `storage.Interface` is to its registry. Blocks; called on
/// virtual threads.
public final class ObjectStore {

    private final Store store;
    private final SharedLeases leases;

    public ObjectStore(Store store, SharedLeases leases) {
        this.store = store;
        this.leases = leases;
    }

    /// An object as it lies in the store.
    ///
    /// @param object complete, with its resourceVersion
    public record Stored(Tree object, KeyValue record) {}

    /// What became of a conditional write.
    sealed interface Outcome {

        /// @param object with its new resourceVersion
        record Written(Tree object) implements Outcome {}

        /// Somebody else was faster.
        ///
        /// @param current null when the object is gone
        record Stale(@Nullable Stored current) implements Outcome {}
    }

    public @Nullable Stored read(StoredKind kind, ObjectKey key) throws InterruptedException {
        var result = store.range(RangeRequest.of(kind.location().storeKey(key)));
        return result instanceof RangeResult.Found found && !found.records().isEmpty()
                ? stored(kind, found.records().getFirst())
                : null;
    }

    public Stored readOrRefuse(ServedResource resource, ObjectKey key) throws InterruptedException {
        var stored = read(resource.stored(), key);
        if (stored == null) {
            throw new ApiException(new ApiError.NotFound(resource.groupResource(), key.name()));
        }
        return stored;
    }

    private static Stored stored(StoredKind kind, KeyValue record) {
        return new Stored(kind.decode(record), record);
    }

    Outcome create(StoredKind kind, ObjectKey key, Tree object) throws InterruptedException {
        Bytes storeKey = kind.location().storeKey(key);
        Bytes value = kind.encode(object);
        return outcome(
                kind, object, leased(kind, object, lease -> Txn.create(storeKey, value, lease)));
    }

    /// Writes nothing, and keeps the revision, when nothing changed.
    Outcome update(StoredKind kind, Stored current, Tree object) throws InterruptedException {
        Bytes value = kind.encode(object);
        if (Arrays.equals(value.array(), current.record().value().array())) {
            return new Outcome.Written(current.object());
        }
        KeyValue record = current.record();
        return outcome(
                kind,
                object,
                leased(
                        kind,
                        object,
                        lease -> Txn.update(record.key(), record.modRevision(), value, lease)));
    }

    Outcome delete(StoredKind kind, Stored current) throws InterruptedException {
        var txn = Txn.delete(current.record().key(), current.record().modRevision());
        return outcome(kind, current.object(), store.txn(txn));
    }

    private static Outcome outcome(StoredKind kind, Tree object, TxnResult result) {
        if (result.succeeded()) {
            object.set("metadata.resourceVersion", Long.toString(result.revision()));
            return new Outcome.Written(object);
        }
        for (var one : result.results()) {
            if (one instanceof OpResult.Range(RangeResult.Found found)
                    && !found.records().isEmpty()) {
                return new Outcome.Stale(stored(kind, found.records().getFirst()));
            }
        }
        return new Outcome.Stale(null);
    }

    /// A store that was restored or taken over may not know the shared lease any more.
    private TxnResult leased(StoredKind kind, Tree object, LongFunction<Txn> txn)
            throws InterruptedException {
        long lease = lease(kind, object);
        try {
            return store.txn(txn.apply(lease));
        } catch (StoreException.LeaseNotFound e) {
            leases.forget(lease);
            return store.txn(txn.apply(lease(kind, object)));
        }
    }

    private long lease(StoredKind kind, Tree object) throws InterruptedException {
        Duration ttl = kind.strategy().timeToLive(object);
        return ttl.isZero() ? 0 : leases.leaseFor(ttl);
    }

    /// Keys below a prefix at present, for deletecollection.
    List<Stored> list(StoredKind kind, Bytes prefix, int limit, @Nullable Bytes after)
            throws InterruptedException {
        var result =
                store.range(
                        new RangeRequest(
                                after == null ? prefix : after.successor(),
                                prefix.prefixEnd(),
                                0,
                                limit,
                                false,
                                false,
                                false,
                                0));
        return result instanceof RangeResult.Found found
                ? found.records().stream().map(record -> stored(kind, record)).toList()
                : List.of();
    }
}
