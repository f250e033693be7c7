package io.j8s.apiserver.cache;

import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

/// All objects of one resource at one revision. Never changes; safe for many threads.
public interface ObjectSnapshot {

    /// The revision it shows, at least: nothing of this resource changed between its last change
    /// and this.
    long revision();

    /// Blocks only when [#isLocal] is false.
    @Nullable EncodedObject get(ObjectKey key) throws InterruptedException;

    /// Blocks only when [#isLocal] is false.
    ObjectPage list(ListQuery query) throws InterruptedException;

    /// Number of objects; blocks only when [#isLocal] is false.
    long count() throws InterruptedException;

    /// Whether it lies in memory, so that an I/O thread may read it.
    boolean isLocal();
}
