package io.j8s.storage.engine;

import io.j8s.storage.model.WatchEvent;

import java.util.List;

/// Everything that one revision changed, in the order of the transaction's operations.
///
/// @param hasPrevious whether the events carry the state before; without it a watch that wants it
///   reads the change from history
public record Change(long revision, List<WatchEvent> events, boolean hasPrevious) {
    public Change {
        events = List.copyOf(events);
    }
}
