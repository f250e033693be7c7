package io.j8s.apiserver.cache;

import io.j8s.apiserver.cache.WatchItem.Changed;
import io.j8s.apiserver.cache.WatchItem.Type;

import org.jspecify.annotations.Nullable;

/// One change of one object, and what watchers see of it. Each form is made once and shared.
/// Guarded by the lock of the cache, or confined to one watch.
final class Change {

    private final long revision;
    private final @Nullable EncodedObject old;
    private final @Nullable EncodedObject current;
    private @Nullable Changed added;
    private @Nullable Changed modified;
    private @Nullable Changed deleted;

    /// @param old null for a creation
    /// @param current null for a deletion
    Change(long revision, @Nullable EncodedObject old, @Nullable EncodedObject current) {
        this.revision = revision;
        this.old = old;
        this.current = current;
    }

    long revision() {
        return revision;
    }

    @Nullable EncodedObject old() {
        return old;
    }

    @Nullable EncodedObject current() {
        return current;
    }

    /// What the change holds on to beside the present state.
    long bytes() {
        EncodedObject held = current == null ? old : current;
        return held == null ? 0 : held.size() + 200L;
    }

    /// The change as a watcher sees it: an object that begins to match comes, one that no longer
    /// matches goes. Null when the watcher sees nothing of it.
    ///
    /// Upstream: `watchCacheEvent` to `watch.Event` in cacher's `convertToWatchEvent`.
    @Nullable WatchItem seenBy(WatchQuery query) {
        EncodedObject before = old != null && query.wants(old) ? old : null;
        EncodedObject after = current != null && query.wants(current) ? current : null;
        if (after != null) {
            return before == null ? added(after) : modified(after);
        }
        return before == null ? null : deleted(before);
    }

    private Changed added(EncodedObject object) {
        if (added == null) {
            added = new Changed(Type.ADDED, object);
        }
        return added;
    }

    private Changed modified(EncodedObject object) {
        if (modified == null) {
            modified = new Changed(Type.MODIFIED, object);
        }
        return modified;
    }

    private Changed deleted(EncodedObject object) {
        if (deleted == null) {
            deleted = new Changed(Type.DELETED, object.at(revision));
        }
        return deleted;
    }
}
