package io.j8s.storage.model;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// A revisioned, ordered key-value store with linearizable transactions and gap-free watches:
/// etcd's model. Every transaction that writes makes one new revision, greater than all before; the
/// first is 2, as in etcd. Safe for use by many threads.
///
/// A value may have at most [#VALUE_BYTES_MAX] bytes on every engine.
///
/// Two horizons: [#compact] moves the *logical* one, which the API server turns into 410; the
/// engine keeps physical history below it for a bounded time and size (the etcd engine has only
/// one).
public interface Store extends AutoCloseable {

    int VALUE_BYTES_MAX = 1_572_864; // upstream: etcd's --max-request-bytes, 1.5 MiB

    /// Runs a transaction and returns when it is durable (fsynced). May block.
    ///
    /// @throws StoreException.ValueTooLarge when a value is over the limit; nothing was written
    /// @throws StoreException.LeaseNotFound when a put names an unknown lease; nothing was written
    /// @throws StoreException.Unavailable when the outcome is unknown or the store cannot be
    ///   reached
    TxnResult txn(Txn txn) throws InterruptedException;

    /// A linearizable read when the request names no revision. May block.
    RangeResult range(RangeRequest request) throws InterruptedException;

    /// The newest durable revision, read linearizably. May block on a remote engine.
    long revision() throws InterruptedException;

    /// [#revision] when the engine knows it without blocking; 0 when it has to ask, as a remote
    /// one.
    default long knownRevision() {
        return 0;
    }

    /// Delivers every change in `[key, end)` from `fromRevision` on.
    ///
    /// @param end as in [RangeRequest]
    /// @param fromRevision the first revision delivered; 0 for "after now"
    /// @param withPrevious whether events carry the state before
    Watch watch(
            Bytes key,
            @Nullable Bytes end,
            long fromRevision,
            boolean withPrevious,
            WatchListener listener);

    /// Asks for a [WatchListener#progressed] call on every open watch soon.
    void requestProgress();

    /// Whether progress reports never run ahead of undelivered changes. False for an etcd below
    /// 3.4.31 or 3.5.13: reads that must be the latest then have to ask the store.
    default boolean trustsProgress() {
        return true;
    }

    /// The logical compaction revision: reads and watches below it are refused to API clients.
    long compactedRevision();

    /// Moves the logical compaction revision forward; lower values are ignored.
    void compact(long revision) throws InterruptedException;

    /// Creates a lease that ends after `ttl` unless kept alive. Its keys are deleted in one
    /// transaction when it ends.
    ///
    /// @return the lease's id, never 0
    long grantLease(Duration ttl) throws InterruptedException;

    /// Restarts a lease's time to live.
    ///
    /// @return false when there is no such lease
    boolean keepAlive(long lease) throws InterruptedException;

    /// Ends a lease and deletes its keys; unknown leases are ignored.
    void revokeLease(long lease) throws InterruptedException;

    @Override
    void close();

    /// An open watch; closing it stops the calls, though one may still be running.
    interface Watch extends AutoCloseable {

        /// Every change of this range up to this revision has been delivered, and the calls have
        /// returned. Without blocking; may lag behind, never runs ahead. 0 when the engine can only
        /// tell by [WatchListener#progressed].
        default long deliveredThrough() {
            return 0;
        }

        /// Asks for a [WatchListener#progressed] call on this watch soon.
        void requestProgress();

        @Override
        void close();
    }
}
