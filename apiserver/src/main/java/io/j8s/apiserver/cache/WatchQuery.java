package io.j8s.apiserver.cache;

import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

/// Which changes a watcher wants.
///
/// @param namespace null for all namespaces and for cluster-scoped resources
/// @param name only the object of this name (`metadata.name=…`); null for all
/// @param pin a value that all wanted objects have; lets the cache skip the watcher without asking
///   `selection`, which counts with one watcher per node. Null for none
/// @param bookmarks whether [WatchItem.Bookmark]s are wanted once a minute
public record WatchQuery(
        @Nullable String namespace,
        @Nullable String name,
        Selection selection,
        @Nullable Pin pin,
        boolean bookmarks) {

    public static final WatchQuery ALL =
            new WatchQuery(null, null, Selection.EVERYTHING, null, false);

    /// Every wanted object has `value` at `position` of [EncodedObject#selectable].
    ///
    /// Upstream: `storage.IndexerFuncs`, used for `spec.nodeName` of pods.
    public record Pin(int position, String value) {}

    /// Whether the object lies in the wanted namespace and has the wanted name and labels.
    public boolean wants(EncodedObject object) {
        ObjectKey key = object.key();
        return (namespace == null || namespace.equals(key.namespace()))
                && (name == null || name.equals(key.name()))
                && selection.matches(object);
    }
}
