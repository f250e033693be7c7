package io.j8s.storage.model;

import java.util.List;

/// What a range read found.
public sealed interface RangeResult {

    /// The records at one revision.
    ///
    /// @param revision the store's revision when the read ran (not the revision read at)
    /// @param count keys in the whole range, whatever the limit
    /// @param more whether the limit cut the list
    record Found(List<KeyValue> records, long count, boolean more, long revision)
            implements RangeResult {
        public Found {
            records = List.copyOf(records);
        }
    }

    /// The revision asked for lies below the physical horizon.
    record Compacted(long horizon) implements RangeResult {}

    /// The revision asked for has not been reached.
    record Future(long current) implements RangeResult {}
}
