/// The embedded, durable engine on RocksDB: one writer thread with group commit, reads beside it,
/// all history above a bounded horizon. The only package that sees `org.rocksdb`.
@NullMarked
package io.j8s.storage.rocks;

import org.jspecify.annotations.NullMarked;
