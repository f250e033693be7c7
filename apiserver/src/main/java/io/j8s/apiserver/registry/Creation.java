package io.j8s.apiserver.registry;

import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.apiserver.registry.ObjectStore.Outcome;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.names.GeneratedNames;
import io.j8s.machinery.timers.Timers;

import java.time.temporal.ChronoUnit;
import java.util.UUID;

/// Brings a new object into being: admission, what the server decides, validation, the store
/// (upstream: `registry/generic.Store.Create` and `rest.BeforeCreate`). Blocks.
final class Creation {

    private static final int NAMES_MAX = 8; // upstream: maxNameGenerationCreateAttempts

    private final ObjectStore store;
    private final AdmissionChain admission;
    private final WriteHooks hooks;
    private final Timers timers;
    private final GeneratedNames names = new GeneratedNames();

    Creation(ObjectStore store, AdmissionChain admission, WriteHooks hooks, Timers timers) {
        this.store = store;
        this.admission = admission;
        this.hooks = hooks;
        this.timers = timers;
    }

    /// @param object of the stored version, defaulted, with its managedFields
    /// @return the object with its resourceVersion
    Tree create(WriteRequest request, Tree object) throws InterruptedException {
        var kind = request.kind();
        if (!request.options().dryRun() && hasVersion(object)) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "resourceVersion should not be set on objects to be created"));
        }
        admission.mutate(
                AdmissionChain.attributes(
                        request, Operation.CREATE, kind.key(object), object, null));
        kind.applyDefaults(object);
        String prefix = object.string("metadata.generateName", "");
        boolean isGenerated = object.string("metadata.name", "").isEmpty() && !prefix.isEmpty();
        for (int attempt = 1; ; attempt++) {
            var candidate = isGenerated ? object.copy() : object;
            if (isGenerated) {
                candidate.set("metadata.name", names.next(prefix));
            }
            if (attempt(request, candidate)) {
                return candidate;
            }
            if (!isGenerated) {
                throw exists(request, candidate);
            }
            if (attempt == NAMES_MAX) {
                throw new ApiException(
                        new ApiError.GeneratedNameTaken(
                                request.resource().groupResource(),
                                candidate.string("metadata.name", "")));
            }
        }
    }

    private ApiException exists(WriteRequest request, Tree candidate) throws InterruptedException {
        var found = store.read(request.kind(), request.kind().key(candidate));
        return new ApiException(
                new ApiError.AlreadyExists(
                        request.resource().groupResource(),
                        candidate.string("metadata.name", ""),
                        found != null && found.object().has("metadata.deletionTimestamp")));
    }

    /// Upstream: the store itself refuses it, which a dry run does not ask.
    private static boolean hasVersion(Tree object) {
        String version = object.string("metadata.resourceVersion", "");
        return !version.isEmpty() && !version.equals("0");
    }

    /// What is reserved for the object is given back unless it was stored.
    private boolean attempt(WriteRequest request, Tree object) throws InterruptedException {
        var reservation = hooks.beginCreate(request, object);
        boolean isStored = false;
        try {
            prepare(request, object);
            isStored = write(request, object);
        } finally {
            if (!isStored) {
                reservation.cancel();
            }
        }
        if (isStored) {
            hooks.commit(request, reservation);
            request.kind().applyDefaults(object); // as it is read from the store
        }
        return isStored;
    }

    private void prepare(WriteRequest request, Tree object) {
        var kind = request.kind();
        object.set("metadata.uid", UUID.randomUUID().toString());
        object.set("metadata.creationTimestamp", timers.now().truncatedTo(ChronoUnit.SECONDS));
        Preparation.create(request.resource(), request.context(), object);
        Rules.create(kind, request.context(), object);
    }

    private boolean write(WriteRequest request, Tree object) throws InterruptedException {
        var kind = request.kind();
        var key = kind.key(object);
        admission.validate(AdmissionChain.attributes(request, Operation.CREATE, key, object, null));
        if (request.options().dryRun()) {
            return store.read(kind, key) == null;
        }
        return store.create(kind, key, object) instanceof Outcome.Written;
    }
}
