/// What `kubectl get` shows: Table and PartialObjectMetadata forms of stored objects.
@NullMarked
package io.j8s.apiserver.table;

import org.jspecify.annotations.NullMarked;
