package io.j8s.storage.model;

/// One operation of a transaction; operations run in order and see each other's effects.
public sealed interface Op {

    /// Writes a key.
    ///
    /// @param lease id of an existing lease that deletes the key when it ends; 0 for none
    /// @param withPrevious whether the result carries what stood there before
    record Put(Bytes key, Bytes value, long lease, boolean withPrevious) implements Op {}

    /// Deletes the keys in `[key, end)`; a range that holds nothing is no error and no new
    /// revision.
    ///
    /// @param end exclusive; null for the one key; [Bytes#EMPTY] for everything from `key` on
    /// @param withPrevious whether the result carries what was deleted
    record Delete(Bytes key, @org.jspecify.annotations.Nullable Bytes end, boolean withPrevious)
            implements Op {}

    /// Reads at the transaction's own point.
    record Range(RangeRequest request) implements Op {}
}
