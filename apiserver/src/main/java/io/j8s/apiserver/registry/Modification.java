package io.j8s.apiserver.registry;

import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.apiserver.registry.ObjectStore.Outcome;
import io.j8s.apiserver.registry.ObjectStore.Stored;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

/// Changes an object that exists: everything from the change to the store is repeated on the newest
/// state when somebody else was faster (upstream: `registry/generic.Store.Update` and
/// `rest.BeforeUpdate`). Blocks.
final class Modification {

    static final String STALE =
            "the object has been modified; please apply your changes to the latest version and try"
                    + " again";

    private final ObjectStore store;
    private final AdmissionChain admission;
    private final WriteHooks hooks;
    private final Creation creation;

    Modification(ObjectStore store, AdmissionChain admission, WriteHooks hooks, Creation creation) {
        this.store = store;
        this.admission = admission;
        this.hooks = hooks;
        this.creation = creation;
    }

    /// Makes the new state of the old one.
    @FunctionalInterface
    interface Change {
        /// @param current of the stored version, to be left as it is; null when there is no object
        /// @return of the stored version, defaulted, with its managedFields
        Tree of(@Nullable Tree current) throws InterruptedException;
    }

    /// What became of it.
    ///
    /// @param created whether the object did not exist before
    record Result(Tree object, boolean created) {}

    /// @param attemptsMax how often a change without resourceVersion is tried before it is a
    ///   conflict
    /// @param createsMissing whether an object that does not exist is created
    Result modify(WriteRequest request, Change change, int attemptsMax, boolean createsMissing)
            throws InterruptedException {
        var current = store.read(request.kind(), request.key());
        for (int attempt = 1; ; attempt++) {
            if (current == null) {
                if (!createsMissing) {
                    throw notFound(request);
                }
                return new Result(creation.create(request, change.of(null)), true);
            }
            var outcome = attempt(request, current, change);
            switch (outcome) {
                case Outcome.Written(var object) -> {
                    return new Result(object, false);
                }
                case Outcome.Stale(var newer) -> current = newer;
            }
            if (attempt == attemptsMax || request.context().deadline().hasPassed()) {
                throw conflict(request);
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // a change that has nothing to do gives back its own
    private Outcome attempt(WriteRequest request, Stored current, Change change)
            throws InterruptedException {
        var kind = request.kind();
        Tree old = current.object();
        Tree updated = change.of(old);
        if (updated == old) {
            return new Outcome.Written(old);
        }
        var attributes =
                AdmissionChain.attributes(request, Operation.UPDATE, request.key(), updated, old);
        admission.mutate(attributes);
        kind.applyDefaults(updated);
        checkVersion(request, updated, old);
        var reservation = hooks.beginUpdate(request, old, updated);
        boolean isStored = false;
        try {
            Preparation.update(
                    request.resource(), request.context(), request.subresource(), updated, old);
            Rules.update(kind, request.context(), request.subresource(), updated, old);
            admission.validate(attributes);
            keepTimesOfUnchangedFields(updated, old);
            var outcome = store(request, current, updated);
            if (outcome instanceof Outcome.Written(var written)) {
                isStored = true;
                kind.applyDefaults(written); // as it is read from the store
            }
            return outcome;
        } finally {
            if (isStored) {
                hooks.commit(request, reservation);
            } else {
                reservation.cancel();
            }
        }
    }

    private Outcome store(WriteRequest request, Stored current, Tree updated)
            throws InterruptedException {
        var kind = request.kind();
        if (request.options().dryRun()) {
            return new Outcome.Written(updated);
        }
        if (!isReadyToGo(kind, updated)) {
            return store.update(kind, current, updated);
        }
        var outcome = removed(store.delete(kind, current), updated);
        if (outcome instanceof Outcome.Written) {
            hooks.afterDelete(request, updated);
        }
        return outcome;
    }

    private static Outcome removed(Outcome outcome, Tree updated) {
        return outcome instanceof Outcome.Written(var old)
                ? new Outcome.Written(
                        updated.set(
                                "metadata.resourceVersion",
                                old.string("metadata.resourceVersion", "")))
                : outcome;
    }

    /// An object that is being deleted goes with its last finalizer.
    static boolean isReadyToGo(StoredKind kind, Tree object) {
        return object.has("metadata.deletionTimestamp")
                && object.strings("metadata.finalizers").isEmpty()
                && object.longValue("metadata.deletionGracePeriodSeconds", 0) == 0
                && !kind.strategy().holdsDeletion(object);
    }

    private static void checkVersion(WriteRequest request, Tree updated, Tree old) {
        String asked = updated.string("metadata.resourceVersion", "");
        String present = old.string("metadata.resourceVersion", "");
        if (asked.isEmpty() || asked.equals("0")) {
            if (!request.kind().strategy().updatesUnconditionally()) {
                var errors = new FieldErrors();
                // upstream prints an unsigned number as Go's %#v does
                errors.add(
                        new io.j8s.machinery.errors.FieldError(
                                io.j8s.machinery.errors.FieldError.Type.INVALID,
                                "metadata.resourceVersion",
                                "Invalid value: 0x0: must be specified for an update"));
                throw new ApiException(
                        new ApiError.Invalid(
                                request.kind().gvk().group(),
                                request.kind().gvk().kind(),
                                request.key().name(),
                                errors.list()));
            }
            updated.set("metadata.resourceVersion", present);
        } else if (!asked.equals(present)) {
            throw conflict(request);
        }
    }

    /// Upstream: a PUT's UID is a precondition, a patched one is a change that is not allowed.
    static void checkUid(WriteRequest request, Tree updated, Tree old) {
        String uid = updated.string("metadata.uid", "");
        String present = old.string("metadata.uid", "");
        if (!uid.isEmpty() && !uid.equals(present)) {
            throw new ApiException(
                    new ApiError.Conflict(
                            request.resource().groupResource(),
                            request.key().name(),
                            invalidObject(
                                    request,
                                    "Precondition failed: UID in precondition: "
                                            + uid
                                            + ", UID in object meta: "
                                            + present)));
        }
    }

    /// Upstream's `storage.StorageError` for an object that is not what the request says.
    static String invalidObject(WriteRequest request, String cause) {
        return "StorageError: invalid object, Code: 4, Key: "
                + request.kind().location().storeKey(request.key())
                + ", ResourceVersion: 0, AdditionalErrorMsg: "
                + cause;
    }

    private static ApiException conflict(WriteRequest request) {
        return new ApiException(
                new ApiError.Conflict(
                        request.resource().groupResource(), request.key().name(), STALE));
    }

    private static ApiException notFound(WriteRequest request) {
        return new ApiException(
                new ApiError.NotFound(request.resource().groupResource(), request.key().name()));
    }

    /// Upstream: a write that changes nothing but the times in managedFields changes nothing.
    private static void keepTimesOfUnchangedFields(Tree updated, Tree old) {
        var entries = updated.trees("metadata.managedFields");
        var before = old.trees("metadata.managedFields");
        if (entries.isEmpty() || entries.size() != before.size()) {
            return;
        }
        for (int i = 0; i < entries.size(); i++) {
            var now = entries.get(i).copy();
            if (!now.keep("time", before.get(i)).equals(before.get(i))) {
                return;
            }
        }
        var probe = updated.copy();
        probe.keep("metadata.managedFields", old);
        if (probe.equals(old)) {
            updated.keep("metadata.managedFields", old);
        }
    }
}
