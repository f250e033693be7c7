package io.j8s.apiserver.registry;

import io.j8s.apiserver.registry.Modification.Change;
import io.j8s.apiserver.registry.ObjectStore.Outcome;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Create, update and delete of whole objects, as verbs, subresources and the server's own parts
/// use them: what is common to them besides HTTP. Blocks.
public final class Writes {

    private static final int ATTEMPTS_MAX = 100;

    private final ObjectStore store;
    private final FieldTracking fields;
    private final Creation creation;
    private final Modification modification;
    private final Deletion deletion;
    private final Timers timers;

    Writes(
            ObjectStore store,
            AdmissionChain admission,
            WriteHooks hooks,
            FieldTracking fields,
            Timers timers) {
        this.store = store;
        this.fields = fields;
        this.timers = timers;
        this.creation = new Creation(store, admission, hooks, timers);
        this.modification = new Modification(store, admission, hooks, creation);
        this.deletion = new Deletion(store, admission, hooks, timers);
    }

    public ObjectStore store() {
        return store;
    }

    /// @param object of the request's version, as it was sent
    /// @return of the stored version, with its resourceVersion
    public Tree create(WriteRequest request, Tree object) throws InterruptedException {
        checkNamespace(request, object);
        wipe(object);
        return creation.create(request, noted(request, null, object));
    }

    /// Replaces the object.
    ///
    /// @param object of the request's version, as it was sent
    Modification.Result update(WriteRequest request, Tree object) throws InterruptedException {
        checkNamespace(request, object);
        checkName(request, object);
        boolean creates =
                request.subresource().isEmpty() && request.kind().strategy().createsOnUpdate();
        return modification.modify(
                request,
                current -> replaced(request, current, object.copy()),
                ATTEMPTS_MAX,
                creates);
    }

    private Tree replaced(WriteRequest request, @Nullable Tree current, Tree object) {
        if (current == null) {
            checkNoUid(request, object);
            wipe(object);
        } else {
            Modification.checkUid(request, object, current);
        }
        return noted(request, current, object);
    }

    /// Upstream's `WipeObjectMetaSystemFields`: only the server says these of a new object.
    static void wipe(Tree object) {
        object.remove("metadata.uid");
        object.remove("metadata.creationTimestamp");
        object.remove("metadata.deletionTimestamp");
        object.remove("metadata.deletionGracePeriodSeconds");
        object.remove("metadata.selfLink");
    }

    /// Who names a UID means an object that exists.
    static void checkNoUid(WriteRequest request, Tree object) {
        String uid = object.string("metadata.uid", "");
        if (!uid.isEmpty()) {
            throw new ApiException(
                    new ApiError.Conflict(
                            request.resource().groupResource(),
                            request.key().name(),
                            "uid mismatch: the provided object specified uid "
                                    + uid
                                    + ", and no existing object was found"));
        }
    }

    /// Changes the object by a function of its present state, in the request's version.
    ///
    /// @param change must leave its argument as it is
    public Tree change(WriteRequest request, TreeChange change) throws InterruptedException {
        return modification
                .modify(
                        request,
                        current -> {
                            if (current == null) {
                                throw new IllegalStateException("no object to change");
                            }
                            var live = request.resource().fromStored(current);
                            return noted(request, current, change.of(live.copy()));
                        },
                        ATTEMPTS_MAX,
                        false)
                .object();
    }

    /// Server-side apply of a configuration of the object itself, e.g. one that a Scale stands for.
    public Tree apply(WriteRequest request, TreeMap configuration) throws InterruptedException {
        var resource = request.resource();
        return modification
                .modify(
                        request,
                        current -> {
                            if (current == null) {
                                throw new IllegalStateException("no object to apply to");
                            }
                            var live = resource.fromStored(current);
                            Tree object = fields.applied(live, configuration, request, now());
                            resource.defaults(object);
                            var stored = resource.toStored(object);
                            request.kind().applyDefaults(stored);
                            return stored;
                        },
                        ATTEMPTS_MAX,
                        false)
                .object();
    }

    /// Changes the stored object without rules, admission and managedFields, as upstream does for
    /// what the server itself decides, such as a pod's node.
    ///
    /// @param change of the stored version; may change its argument in place
    public Tree adjust(WriteRequest request, TreeChange change) throws InterruptedException {
        var kind = request.kind();
        var current = store.readOrRefuse(request.resource(), request.key());
        for (int attempt = 1; ; attempt++) {
            Tree updated = change.of(current.object().copy());
            if (request.options().dryRun()) {
                return updated;
            }
            switch (store.update(kind, current, updated)) {
                case Outcome.Written(var object) -> {
                    return object;
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
            if (attempt == ATTEMPTS_MAX) {
                throw new ApiException(
                        new ApiError.Conflict(
                                request.resource().groupResource(),
                                request.key().name(),
                                Modification.STALE));
            }
        }
    }

    /// Deletes the object, or begins to.
    public void remove(WriteRequest request, DeleteOptions options) throws InterruptedException {
        deletion.delete(request, options);
    }

    /// Changes an object of the request's version in place or gives another.
    @FunctionalInterface
    public interface TreeChange {
        Tree of(Tree copy) throws InterruptedException;
    }

    Modification.Result modify(
            WriteRequest request, Change change, int attemptsMax, boolean createsMissing)
            throws InterruptedException {
        return modification.modify(request, change, attemptsMax, createsMissing);
    }

    Deletion.Result delete(WriteRequest request, DeleteOptions options)
            throws InterruptedException {
        return deletion.delete(request, options);
    }

    FieldTracking fields() {
        return fields;
    }

    Instant now() {
        return timers.now().truncatedTo(ChronoUnit.SECONDS);
    }

    /// Notes who manages which fields, then goes to the stored version with its defaults.
    ///
    /// @param current of the stored version; null on create
    /// @param updated of the request's version; becomes part of the result
    Tree noted(WriteRequest request, @Nullable Tree current, Tree updated) {
        var resource = request.resource();
        resource.defaults(updated);
        request.kind().strategy().absorb(updated);
        fields.updated(
                current == null ? null : resource.fromStored(current), updated, request, now());
        var stored = resource.toStored(updated);
        request.kind().applyDefaults(stored);
        return stored;
    }

    /// Upstream's `EnsureObjectNamespaceMatchesRequestNamespace`.
    static void checkNamespace(WriteRequest request, Tree object) {
        String asked = request.key().namespace();
        String said = object.string("metadata.namespace", "");
        if (said.equals(asked)) {
            return;
        }
        if (said.isEmpty()) {
            object.set("metadata.namespace", asked);
        } else if (asked.isEmpty()) {
            object.remove("metadata.namespace");
        } else {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "the namespace of the provided object does not match the namespace"
                                    + " sent on the request"));
        }
    }

    static void checkName(WriteRequest request, Tree object) {
        String name = object.string("metadata.name", "");
        ObjectKey key = request.key();
        if (name.isEmpty()) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "the name of the object (%s based on URL) was undeterminable: name must be provided"
                                    .formatted(key.name())));
        }
        if (!name.equals(key.name())) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "the name of the object (%s) does not match the name on the URL (%s)"
                                    .formatted(name, key.name())));
        }
    }
}
