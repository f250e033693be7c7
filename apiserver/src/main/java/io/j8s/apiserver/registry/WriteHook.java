package io.j8s.apiserver.registry;

import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;

/// What a kind reserves around the transaction that stores its objects (upstream: `BeginCreate`,
/// `BeginUpdate` and `AfterDelete` of the generic store). Runs after mutating admission and before
/// the strategy's rules, so that what was reserved is validated too. May block.
public interface WriteHook {

    /// Completes a new object and reserves what it names.
    ///
    /// @param dryRun nothing may be reserved, but everything must be checked and filled in
    Reservation beginCreate(RequestContext context, Tree object, boolean dryRun)
            throws InterruptedException;

    /// Completes a changed object and reserves what is new in it.
    Reservation beginUpdate(RequestContext context, Tree old, Tree updated, boolean dryRun)
            throws InterruptedException;

    /// Gives back what an object held; called once it is gone from the store.
    void afterDelete(Tree object) throws InterruptedException;

    /// What one write has reserved. Exactly one of the two is called.
    interface Reservation {

        Reservation NOTHING =
                new Reservation() {
                    @Override
                    public void commit() {}

                    @Override
                    public void cancel() {}
                };

        /// The write is durable: gives back what the old state held and the new one does not.
        void commit() throws InterruptedException;

        /// The write did not happen: gives back what was reserved for it.
        void cancel() throws InterruptedException;
    }
}
