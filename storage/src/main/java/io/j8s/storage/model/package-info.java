/// The contract of the revisioned key-value store: interfaces and records only. It is etcd's model,
/// so that the embedded engine, the etcd engine and an etcd facade all speak it.
@NullMarked
package io.j8s.storage.model;

import org.jspecify.annotations.NullMarked;
