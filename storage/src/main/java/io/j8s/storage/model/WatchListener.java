package io.j8s.storage.model;

import java.util.List;

/// Receives a watch's changes, one call at a time, in revision order and without gaps. Calls come
/// on the store's own threads and must not block.
public interface WatchListener {

    /// All changes of one or more whole revisions; a revision is never split over two calls.
    ///
    /// @param revision every change up to and including it has now been delivered
    void changed(List<WatchEvent> events, long revision);

    /// Nothing of this range changed up to and including `revision`.
    void progressed(long revision);

    /// The watch has ended without being closed; no further call follows.
    void ended(Reason reason);

    /// Why a watch ended by itself.
    sealed interface Reason {

        /// The first revision asked for lies below the physical horizon.
        record Compacted(long horizon) implements Reason {}

        /// The connection to the store broke, or the listener fell too far behind: open another.
        record Lost(String message) implements Reason {}
    }
}
