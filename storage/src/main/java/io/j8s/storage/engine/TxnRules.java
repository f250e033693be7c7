package io.j8s.storage.engine;

import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Compare;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.StoreException;
import io.j8s.storage.model.Txn;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What every engine checks of a transaction, and how a compare reads. Pure.
public final class TxnRules {

    private TxnRules() {}

    /// Refuses what no engine may run, before anything is written.
    ///
    /// @throws StoreException.ValueTooLarge when any value is over the limit
    /// @throws IllegalArgumentException when a branch writes a key twice
    public static void check(Txn txn) {
        checkBranch(txn.then());
        checkBranch(txn.otherwise());
    }

    private static void checkBranch(List<Op> ops) {
        if (ops.size() == 1 && ops.getFirst() instanceof Op.Put put) {
            checkSize(put.value()); // nearly every transaction
            return;
        }
        Set<Bytes> puts = new HashSet<>();
        List<KeyRange> deletes = new ArrayList<>();
        for (Op op : ops) {
            switch (op) {
                case Op.Put put -> {
                    checkSize(put.value());
                    if (!puts.add(put.key())) {
                        throw duplicate(put.key());
                    }
                }
                case Op.Delete delete -> deletes.add(new KeyRange(delete.key(), delete.end()));
                case Op.Range _ -> {}
            }
        }
        for (KeyRange range : deletes) {
            for (Bytes key : puts) {
                if (range.contains(key)) {
                    throw duplicate(key);
                }
            }
        }
    }

    private static void checkSize(Bytes value) {
        if (value.length() > Store.VALUE_BYTES_MAX) {
            throw new StoreException.ValueTooLarge(value.length());
        }
    }

    private static IllegalArgumentException duplicate(Bytes key) {
        // upstream: etcd's ErrDuplicateKey
        return new IllegalArgumentException("duplicate key given in txn request: " + key);
    }

    /// @param present the key's present state, null when it is absent
    public static boolean holds(Compare compare, @Nullable KeyValue present) {
        return switch (compare) {
            case Compare.Version c ->
                    holds(c.relation(), Long.compare(version(present), c.version()));
            case Compare.CreateRevision c ->
                    holds(c.relation(), Long.compare(created(present), c.revision()));
            case Compare.ModRevision c ->
                    holds(c.relation(), Long.compare(modified(present), c.revision()));
            case Compare.Lease c ->
                    present != null
                            && holds(c.relation(), Long.compare(present.lease(), c.lease()));
            case Compare.Value c ->
                    present != null && holds(c.relation(), present.value().compareTo(c.value()));
        };
    }

    /// @param order negative, zero or positive: the stored value against the given one
    private static boolean holds(Compare.Relation relation, int order) {
        return switch (relation) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case LESS -> order < 0;
            case GREATER -> order > 0;
        };
    }

    private static long version(@Nullable KeyValue present) {
        return present == null ? 0 : present.version();
    }

    private static long created(@Nullable KeyValue present) {
        return present == null ? 0 : present.createRevision();
    }

    private static long modified(@Nullable KeyValue present) {
        return present == null ? 0 : present.modRevision();
    }
}
