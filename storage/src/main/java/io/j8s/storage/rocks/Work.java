package io.j8s.storage.rocks;

import io.j8s.storage.model.TxnResult;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// What waits for the writer thread; `done` is completed when it is durable.
sealed interface Work {

    CompletableFuture<?> done();

    record Txn(io.j8s.storage.model.Txn txn, CompletableFuture<TxnResult> done) implements Work {}

    record Grant(Duration ttl, CompletableFuture<Long> done) implements Work {}

    /// @param onlyIfOver leave a lease alone that was kept alive meanwhile
    record Revoke(long lease, boolean onlyIfOver, CompletableFuture<Long> done) implements Work {}

    record Compact(long revision, CompletableFuture<Long> done) implements Work {}

    /// Ends the writer when all that waits before it is done.
    record Stop(CompletableFuture<Long> done) implements Work {}
}
