package io.j8s.storage.model;

import java.util.List;

/// What a transaction did. When it is returned, its writes are durable.
///
/// @param succeeded whether the compares held and `then` ran
/// @param revision the store's revision after it: that of its own writes if it wrote anything
/// @param results one for each operation that ran, in order
public record TxnResult(boolean succeeded, long revision, List<OpResult> results) {

    public TxnResult {
        results = List.copyOf(results);
    }

    /// Result of one operation.
    public sealed interface OpResult {

        /// @param previous at most one record, only when asked for
        record Put(List<KeyValue> previous) implements OpResult {
            public Put {
                previous = List.copyOf(previous);
            }
        }

        /// @param previous what was deleted, only when asked for
        record Delete(long deleted, List<KeyValue> previous) implements OpResult {
            public Delete {
                previous = List.copyOf(previous);
            }
        }

        record Range(RangeResult result) implements OpResult {}
    }
}
