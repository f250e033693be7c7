package io.j8s.apiserver.bootstrap;

import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.registry.Writer;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// Brings single objects into the state they should have, in the API server's own name. Safe for
/// use by many threads.
final class Ensure {

    /// Who the API server is to itself (upstream: the loopback client's user).
    static final UserInfo SELF = UserInfo.component("system:apiserver", UserInfo.MASTERS_GROUP);

    private static final int ATTEMPTS_MAX = 5;

    private final Lookup lookup;
    private final Writer writer;
    private final Schema schema;

    Ensure(Lookup lookup, Writer writer, Schema schema) {
        this.lookup = lookup;
        this.writer = writer;
        this.schema = schema;
    }

    /// How an object that exists is brought up to date.
    @FunctionalInterface
    interface Reconcile {

        /// @param found a copy that may be changed
        /// @return the state to store, or null when nothing is to do
        @Nullable Tree of(Tree found);

        Reconcile NOTHING = _ -> null;
    }

    /// An empty object of a kind.
    Tree object(GroupVersionKind kind, ObjectKey key) {
        var type = schema.find(kind);
        if (type == null) {
            throw new IllegalStateException("no schema of " + kind);
        }
        var out = new Tree(type).set("apiVersion", kind.apiVersion()).set("kind", kind.kind());
        out.set("metadata.name", key.name());
        if (!key.namespace().isEmpty()) {
            out.set("metadata.namespace", key.namespace());
        }
        return out;
    }

    /// An object from JSON.
    Tree parse(GroupVersionKind kind, String json) {
        var type = schema.find(kind);
        if (type == null) {
            throw new IllegalStateException("no schema of " + kind);
        }
        return JsonCodec.read(json.getBytes(StandardCharsets.UTF_8), type).tree();
    }

    static ObjectKey key(Tree object) {
        return new ObjectKey(
                object.string("metadata.namespace", ""), object.string("metadata.name", ""));
    }

    /// Creates `wanted`, or lets `reconcile` change what exists.
    void exists(GroupVersionResource resource, Tree wanted, Reconcile reconcile)
            throws InterruptedException {
        var key = key(wanted);
        var found = lookup.get(resource.groupResource(), key).orElse(null);
        for (int attempt = 1; ; attempt++) {
            try {
                if (found == null) {
                    writer.create(SELF, resource, wanted.copy());
                    return;
                }
                var changed = reconcile.of(found.copy());
                if (changed != null) {
                    writer.update(SELF, resource, "", changed);
                }
                return;
            } catch (ApiException e) {
                if (attempt == ATTEMPTS_MAX || !isRace(e.error())) {
                    throw e;
                }
                found = lookup.getFresh(resource.groupResource(), key).orElse(null);
            }
        }
    }

    private static boolean isRace(ApiError error) {
        return error instanceof ApiError.AlreadyExists
                || error instanceof ApiError.Conflict
                || error instanceof ApiError.NotFound;
    }

    /// Removes an object; one that is gone is fine.
    void gone(GroupVersionResource resource, ObjectKey key) throws InterruptedException {
        try {
            writer.delete(SELF, resource, key);
        } catch (ApiException e) {
            if (!(e.error() instanceof ApiError.NotFound)) {
                throw e;
            }
        }
    }

    void updateStatus(GroupVersionResource resource, Tree object) throws InterruptedException {
        writer.update(SELF, resource, "status", object);
    }

    Lookup lookup() {
        return lookup;
    }
}
