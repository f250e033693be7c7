package io.j8s.storage.model;

import org.jspecify.annotations.Nullable;

/// One change of one key.
///
/// @param record the new state; for a deletion an empty value whose modRevision is the deletion's
/// @param previous the state before; null for a creation
public record WatchEvent(Type type, KeyValue record, @Nullable KeyValue previous) {

    public enum Type {
        PUT,
        DELETE
    }
}
