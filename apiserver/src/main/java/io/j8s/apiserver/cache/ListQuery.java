package io.j8s.apiserver.cache;

import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

/// One page of a list.
///
/// @param namespace null for all namespaces and for cluster-scoped resources
/// @param selection [Selection#EVERYTHING] itself when there are no selectors: only then is the
///   number of remaining objects told, as upstream does
/// @param limit most objects; 0 for all
/// @param after the last key of the page before; null for the first page
public record ListQuery(
        @Nullable String namespace, Selection selection, int limit, @Nullable ObjectKey after) {

    public static final ListQuery ALL = new ListQuery(null, Selection.EVERYTHING, 0, null);
}
