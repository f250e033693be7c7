package io.j8s.storage.model;

import org.jspecify.annotations.Nullable;

/// Reads the keys in `[key, end)` in key order as they stood at one revision.
///
/// @param end exclusive; null for the one key; [Bytes#EMPTY] for everything from `key` on
/// @param revision 0 for the present; else between the physical horizon and the present
/// @param limit most records returned; 0 for all. `count` and `more` still tell of the rest
/// @param keysOnly leaves values empty
/// @param countOnly returns no records at all
/// @param descending whether the order is reversed
/// @param minModRevision only records changed at or after it; 0 for all
public record RangeRequest(
        Bytes key,
        @Nullable Bytes end,
        long revision,
        int limit,
        boolean keysOnly,
        boolean countOnly,
        boolean descending,
        long minModRevision) {

    /// The one key, at present.
    public static RangeRequest of(Bytes key) {
        return new RangeRequest(key, null, 0, 0, false, false, false, 0);
    }

    /// All keys that begin with `prefix`, at `revision` (0: at present).
    public static RangeRequest prefix(Bytes prefix, long revision, int limit) {
        return new RangeRequest(
                prefix, prefix.prefixEnd(), revision, limit, false, false, false, 0);
    }
}
