package io.j8s.storage.model;

import java.util.List;

/// All of `then` when every compare holds, else all of `otherwise`; one new revision for all writes
/// together. No key may be written twice in one transaction.
public record Txn(List<Compare> compares, List<Op> then, List<Op> otherwise) {

    public Txn {
        compares = List.copyOf(compares);
        then = List.copyOf(then);
        otherwise = List.copyOf(otherwise);
    }

    /// Creates `key` or, when it exists, reads it.
    public static Txn create(Bytes key, Bytes value, long lease) {
        return new Txn(
                List.of(Compare.absent(key)),
                List.of(new Op.Put(key, value, lease, false)),
                List.of(new Op.Range(RangeRequest.of(key))));
    }

    /// Replaces `key` if it is unchanged since `modRevision`, else reads it.
    public static Txn update(Bytes key, long modRevision, Bytes value, long lease) {
        return new Txn(
                List.of(Compare.unchanged(key, modRevision)),
                List.of(new Op.Put(key, value, lease, false)),
                List.of(new Op.Range(RangeRequest.of(key))));
    }

    /// Deletes `key` if it is unchanged since `modRevision`, else reads it.
    public static Txn delete(Bytes key, long modRevision) {
        return new Txn(
                List.of(Compare.unchanged(key, modRevision)),
                List.of(new Op.Delete(key, null, true)),
                List.of(new Op.Range(RangeRequest.of(key))));
    }
}
