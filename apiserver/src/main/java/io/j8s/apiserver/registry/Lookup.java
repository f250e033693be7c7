package io.j8s.apiserver.registry;

import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import java.util.List;
import java.util.Optional;

/// What the API server's own parts (authorizers, admission, allocation) read of stored objects,
/// from memory and without blocking. Objects are of their stored version and read-only.
public interface Lookup {

    /// The object as the cache has it now, which may be a moment behind the store.
    Optional<Tree> get(GroupResource resource, ObjectKey key);

    /// The same as fabric8's read-only view.
    <T> Optional<T> get(GroupResource resource, ObjectKey key, Class<T> view);

    /// The newest state, read from the store; may block, so never on an I/O thread.
    Optional<Tree> getFresh(GroupResource resource, ObjectKey key) throws InterruptedException;

    /// All objects of a namespace (empty: of all namespaces) in key order.
    List<Tree> list(GroupResource resource, String namespace);

    /// All objects as fabric8's read-only views.
    <T> List<T> list(GroupResource resource, String namespace, Class<T> view);

    /// Calls `listener` for each present object and for each later change, one call at a time, on
    /// the cache's thread: listeners must be quick. For indexes such as RBAC's.
    void subscribe(GroupResource resource, Listener listener);

    /// Receives a resource's objects and their changes.
    interface Listener {

        /// The object exists in this state.
        void put(ObjectKey key, Tree object);

        void deleted(ObjectKey key);
    }
}
