package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// The Kubernetes API as controllers use it: the plain verbs on typed objects, with one identity.
/// Refusals are [StatusException]s; an unreachable server is an `UncheckedIOException`. Safe for
/// use by many threads; every call may block.
public interface Api {

    <T extends HasMetadata> T get(Kind<T> kind, ObjectKey key);

    <T extends HasMetadata> T create(Kind<T> kind, T object);

    /// Creates an object whose stored form nobody wants to read, such as an event.
    default <T extends HasMetadata> void send(Kind<T> kind, T object) {
        create(kind, object);
    }

    <T extends HasMetadata> T update(Kind<T> kind, T object);

    /// Replaces a subresource such as `status` or `finalize`.
    <T extends HasMetadata> T updateSubresource(Kind<T> kind, String subresource, T object);

    default <T extends HasMetadata> T updateStatus(Kind<T> kind, T object) {
        return updateSubresource(kind, "status", object);
    }

    <T extends HasMetadata> T patch(Kind<T> kind, ObjectKey key, Patch patch);

    /// Patches an object whose new form nobody wants to read: a watch tells it anyway.
    default void send(Kind<?> kind, ObjectKey key, Patch patch) {
        patch(kind, key, patch);
    }

    /// Posts JSON to a subresource that answers with a Status, such as `binding` or `eviction`.
    void post(Kind<?> kind, ObjectKey key, String subresource, String body);

    void delete(Kind<?> kind, ObjectKey key, Delete options);

    void deleteCollection(Kind<?> kind, String namespace, Delete options);

    /// One page of a list.
    <T extends HasMetadata> Page<T> list(Kind<T> kind, Query query);

    <T extends HasMetadata> WatchStream<T> watch(Kind<T> kind, WatchQuery query);

    /// A GET of a path outside the resources, e.g. discovery; the answer's JSON.
    String getRaw(String path, String accept);

    /// @param type the media type, e.g. `application/merge-patch+json`
    /// @param subresource empty for the object itself
    /// @param fieldManager who applies; empty for other patches, which go by the client's name
    record Patch(String type, String body, String subresource, String fieldManager) {
        public static Patch merge(String body) {
            return new Patch("application/merge-patch+json", body, "", "");
        }

        public static Patch strategic(String body) {
            return new Patch("application/strategic-merge-patch+json", body, "", "");
        }

        /// Server-side apply that takes fields over from others.
        ///
        /// @param body in JSON, which is YAML too
        public static Patch apply(String body, String fieldManager) {
            return new Patch("application/apply-patch+yaml", body, "", fieldManager);
        }

        public Patch on(String subresourceName) {
            return new Patch(type, body, subresourceName, fieldManager);
        }
    }

    /// @param propagation `Background`, `Foreground`, `Orphan`, or null for the server's default
    record Delete(
            @Nullable String propagation,
            @Nullable String uid,
            @Nullable String resourceVersion,
            @Nullable Long graceSeconds) {

        public static final Delete PLAIN = new Delete(null, null, null, null);
        public static final Delete BACKGROUND = new Delete("Background", null, null, null);

        public Delete onlyUid(String wanted) {
            return new Delete(propagation, wanted, resourceVersion, graceSeconds);
        }

        public Delete onlyVersion(String wanted) {
            return new Delete(propagation, uid, wanted, graceSeconds);
        }

        public Delete grace(long seconds) {
            return new Delete(propagation, uid, resourceVersion, seconds);
        }
    }

    /// @param namespace empty for all
    /// @param limit 0 for everything
    record Query(
            String namespace,
            String labelSelector,
            String fieldSelector,
            int limit,
            String continueToken) {
        public static Query all(String namespace) {
            return new Query(namespace, "", "", 0, "");
        }

        public Query fields(String selector) {
            return new Query(namespace, labelSelector, selector, limit, continueToken);
        }

        public Query page(int size, String token) {
            return new Query(namespace, labelSelector, fieldSelector, size, token);
        }
    }

    record Page<T>(List<T> items, String resourceVersion, String continueToken) {
        public Page {
            items = List.copyOf(items);
        }
    }

    record WatchQuery(
            String namespace, String fieldSelector, String resourceVersion, Duration timeout) {}

    /// An open watch, read by one thread.
    interface WatchStream<T> extends AutoCloseable {
        /// The next event, or null when the stream ended.
        @Nullable Change<T> next() throws InterruptedException;

        @Override
        void close();
    }

    sealed interface Change<T> {
        record Put<T>(T object) implements Change<T> {}

        record Gone<T>(T object) implements Change<T> {}

        record Bookmark<T>(String resourceVersion) implements Change<T> {}

        record Refused<T>(StatusException cause) implements Change<T> {}
    }
}
