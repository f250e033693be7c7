package io.j8s.apiserver.registry;

import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.apiserver.registry.ObjectStore.Outcome;
import io.j8s.apiserver.registry.ObjectStore.Stored;
import io.j8s.apiserver.registry.ResourceStrategy.Propagation;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.timers.Timers;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// Removes an object, or marks it as being deleted while finalizers or a grace period hold it
/// (upstream: `registry/generic.Store.Delete` and `rest.BeforeDelete`). Blocks.
final class Deletion {

    private static final String ORPHAN = "orphan";
    private static final String FOREGROUND = "foregroundDeletion";

    private final ObjectStore store;
    private final AdmissionChain admission;
    private final WriteHooks hooks;
    private final Timers timers;

    Deletion(ObjectStore store, AdmissionChain admission, WriteHooks hooks, Timers timers) {
        this.store = store;
        this.admission = admission;
        this.hooks = hooks;
        this.timers = timers;
    }

    /// What became of it.
    ///
    /// @param object its last or its present state
    /// @param removed whether it is gone
    record Result(Tree object, boolean removed) {}

    Result delete(WriteRequest request, DeleteOptions options) throws InterruptedException {
        return delete(request, options, store.readOrRefuse(request.resource(), request.key()));
    }

    Result delete(WriteRequest request, DeleteOptions options, Stored current)
            throws InterruptedException {
        var kind = request.kind();
        while (true) {
            Tree old = current.object();
            checkPreconditions(request, options, old);
            var attributes =
                    AdmissionChain.attributes(request, Operation.DELETE, request.key(), null, old);
            admission.mutate(attributes);
            admission.validate(attributes);
            var marked = mark(kind, old, options);
            boolean stays = marked.isPending() || isHeld(kind, marked);
            Outcome outcome;
            if (options.dryRun()) {
                outcome = new Outcome.Written(marked.object());
            } else if (stays) {
                outcome = store.update(kind, current, marked.object());
            } else {
                outcome = store.delete(kind, current);
            }
            switch (outcome) {
                case Outcome.Written(var object) -> {
                    if (!stays && !options.dryRun()) {
                        hooks.afterDelete(request, old);
                    }
                    return new Result(object, !stays);
                }
                case Outcome.Stale(var newer) -> {
                    if (newer == null) {
                        throw new ApiException(
                                new ApiError.NotFound(
                                        request.resource().groupResource(), request.key().name()));
                    }
                    current = newer;
                }
            }
        }
    }

    private static void checkPreconditions(
            WriteRequest request, DeleteOptions options, Tree object) {
        if (options.isUnsafe()) {
            throw new ApiException(
                    new ApiError.Conflict(
                            request.resource().groupResource(),
                            request.key().name(),
                            Modification.invalidObject(
                                    request,
                                    "unsafe deletion is not allowed because the object is"
                                            + " decodable from storage")));
        }
        String uid = object.string("metadata.uid", "");
        if (options.uid() != null && !options.uid().equals(uid)) {
            throw precondition(
                    request,
                    "the UID in the precondition (%s) does not match the UID in record (%s). The object might have been deleted and then recreated"
                            .formatted(options.uid(), uid));
        }
        String version = object.string("metadata.resourceVersion", "");
        if (options.resourceVersion() != null && !options.resourceVersion().equals(version)) {
            throw precondition(
                    request,
                    "the ResourceVersion in the precondition (%s) does not match the ResourceVersion in record (%s). The object might have been modified"
                            .formatted(options.resourceVersion(), version));
        }
    }

    /// Upstream names the kind here, not the resource.
    private static ApiException precondition(WriteRequest request, String cause) {
        var gvk = request.kind().gvk();
        return new ApiException(
                new ApiError.Conflict(
                        new GroupResource(gvk.group(), gvk.kind()), request.key().name(), cause));
    }

    /// @param isPending whether it waits for a grace period to end
    private record Marked(Tree object, boolean isPending) {}

    private static boolean isHeld(StoredKind kind, Marked marked) {
        return !marked.object().strings("metadata.finalizers").isEmpty()
                || kind.strategy().holdsDeletion(marked.object());
    }

    private Marked mark(StoredKind kind, Tree old, DeleteOptions options) {
        var object = old.copy();
        object.set("metadata.finalizers", null);
        for (String finalizer : finalizers(kind, old, options)) {
            object.ensureList("metadata.finalizers").add(finalizer);
        }
        Instant now = timers.now().truncatedTo(ChronoUnit.SECONDS);
        boolean isMarked = old.has("metadata.deletionTimestamp");
        long pending = old.longValue("metadata.deletionGracePeriodSeconds", 0);
        if (isMarked && pending > 0) {
            return shorten(object, pending, options.graceOr(pending));
        }
        long grace = isMarked ? 0 : kind.strategy().gracePeriodSeconds(old, options.graceOr(-1));
        if (!isMarked) {
            object.set("metadata.deletionTimestamp", now.plusSeconds(grace));
            long generation = old.longValue("metadata.generation", 0);
            if (generation > 0) {
                object.set("metadata.generation", generation + 1);
            }
        }
        if (!kind.strategy().holdsDeletion(old)) { // upstream: a namespace has no grace period
            object.set("metadata.deletionGracePeriodSeconds", grace);
        }
        kind.strategy().markDeleting(object);
        return new Marked(object, grace > 0);
    }

    /// Who deletes again may only shorten the time that is left.
    private static Marked shorten(Tree object, long pending, long asked) {
        if (asked >= pending) {
            return new Marked(object, true);
        }
        Instant end = Instant.parse(object.string("metadata.deletionTimestamp", ""));
        object.set("metadata.deletionTimestamp", end.minusSeconds(pending).plusSeconds(asked));
        object.set("metadata.deletionGracePeriodSeconds", asked);
        return new Marked(object, asked > 0);
    }

    /// Upstream's `deletionFinalizersForGarbageCollection`: the garbage collector's two finalizers
    /// say what becomes of the dependents.
    private static List<String> finalizers(StoredKind kind, Tree old, DeleteOptions options) {
        var before = old.strings("metadata.finalizers");
        var after = new ArrayList<String>(before.size() + 1);
        for (String finalizer : before) {
            if (!finalizer.equals(ORPHAN) && !finalizer.equals(FOREGROUND)) {
                after.add(finalizer);
            }
        }
        switch (propagation(kind, before, options)) {
            case ORPHAN -> after.add(ORPHAN);
            case FOREGROUND -> after.add(FOREGROUND);
            case BACKGROUND -> {}
        }
        return after;
    }

    /// What the request says, else what the object says, else what the kind says.
    private static Propagation propagation(
            StoredKind kind, List<String> finalizers, DeleteOptions options) {
        if (options.orphanDependents() != null) {
            return options.orphanDependents() ? Propagation.ORPHAN : Propagation.BACKGROUND;
        }
        if (options.propagation() != null) {
            return options.propagation();
        }
        if (finalizers.contains(ORPHAN)) {
            return Propagation.ORPHAN;
        }
        return finalizers.contains(FOREGROUND)
                ? Propagation.FOREGROUND
                : kind.strategy().defaultPropagation();
    }
}
