package io.j8s.storage.engine;

import io.j8s.storage.model.WatchEvent;

import java.util.List;

/// An engine's past changes, as a watch that has fallen behind reads them. Called by the feed's
/// delivery threads.
public interface History {

    /// Reads the changes of `range` in revisions `from` to `to`. May stop early, but only between
    /// two revisions, and never without progress.
    ///
    /// @param withPrevious whether events carry the state before
    Slice read(KeyRange range, long from, long to, boolean withPrevious);

    /// What was read.
    sealed interface Slice {

        /// @param through all changes up to and including this revision are in `events`
        record Changes(List<WatchEvent> events, long through) implements Slice {
            public Changes {
                events = List.copyOf(events);
            }
        }

        /// `from` lies below the physical horizon.
        record Gone(long horizon) implements Slice {}
    }
}
