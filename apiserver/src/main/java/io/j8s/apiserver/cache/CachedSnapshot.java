package io.j8s.apiserver.cache;

import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// The cache's state at one revision.
///
/// @param changed revision of the last change in `objects`; they are the same at every revision
///   from it to `revision`
/// @param keeper told when a page was served that others will follow
record CachedSnapshot(
        SortedObjects objects, long changed, long revision, Consumer<CachedSnapshot> keeper)
        implements ObjectSnapshot {

    /// The same state at a later revision, at which nothing of this resource has changed.
    CachedSnapshot at(long otherRevision) {
        return new CachedSnapshot(objects, changed, otherRevision, keeper);
    }

    boolean shows(long asked) {
        return changed <= asked && asked <= revision;
    }

    @Override
    public @Nullable EncodedObject get(ObjectKey key) {
        return objects.get(key);
    }

    @Override
    public ObjectPage list(ListQuery query) {
        ObjectPage page = objects.page(query, revision);
        if (page.more()) {
            keeper.accept(this);
        }
        return page;
    }

    @Override
    public long count() {
        return objects.size();
    }

    @Override
    public boolean isLocal() {
        return true;
    }
}
