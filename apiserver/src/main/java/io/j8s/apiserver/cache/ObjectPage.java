package io.j8s.apiserver.cache;

import java.util.List;

/// A page of objects in the order of their store keys.
///
/// @param revision the list's resourceVersion
/// @param more whether objects follow behind the last one; then its key begins the next page
/// @param remaining how many follow; -1 when unknown because of selectors
public record ObjectPage(List<EncodedObject> items, long revision, boolean more, long remaining) {}
