package io.j8s.storage.engine;

import io.j8s.storage.model.Bytes;

import org.jspecify.annotations.Nullable;

/// The keys in `[key, end)`, read as etcd reads them.
///
/// @param end exclusive; null for the one key; [Bytes#EMPTY] for everything from `key` on
public record KeyRange(Bytes key, @Nullable Bytes end) {

    public boolean contains(Bytes other) {
        if (end == null) {
            return key.equals(other);
        }
        return key.compareTo(other) <= 0 && (end.length() == 0 || other.compareTo(end) < 0);
    }

    /// The exclusive upper bound as a real key, or null when there is none.
    public @Nullable Bytes upperBound() {
        if (end == null) {
            return key.successor();
        }
        return end.length() == 0 ? null : end;
    }

    /// Whether no key can lie in it, as for an end at or before its start.
    public boolean isEmpty() {
        return end != null && end.length() != 0 && end.compareTo(key) <= 0;
    }
}
