package io.j8s.apiserver.cache;

import io.j8s.machinery.errors.ApiError;

/// What a watcher hands to its client.
public sealed interface WatchItem {

    enum Type {
        ADDED,
        MODIFIED,
        DELETED
    }

    /// An object came, changed or went from the watcher's point of view. One instance is shared by
    /// all watchers that see the change alike, so that its frame can be kept by identity.
    ///
    /// @param object as it is to be written: for DELETED its last state, with the deletion's
    ///   resourceVersion
    record Changed(Type type, EncodedObject object) implements WatchItem {}

    /// Everything up to `revision` has been handed out.
    ///
    /// @param initialEventsEnd whether it ends the initial events
    record Bookmark(long revision, boolean initialEventsEnd) implements WatchItem {}

    /// An ERROR event with this Status; the last item.
    record Failed(ApiError error) implements WatchItem {}

    /// The stream is to be ended cleanly, the client resumes from its last resourceVersion; the
    /// last item.
    record Ended(String cause) implements WatchItem {}
}
