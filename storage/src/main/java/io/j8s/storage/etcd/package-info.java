/// The engine for those who outgrow one machine: an etcd cluster over gRPC, with jetcd's generated
/// messages. The only package of this module that sees `io.grpc` and `io.etcd`.
@NullMarked
package io.j8s.storage.etcd;

import org.jspecify.annotations.NullMarked;
