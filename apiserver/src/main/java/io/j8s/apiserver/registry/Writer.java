package io.j8s.apiserver.registry;

import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;

/// Writes of the API server's own parts (bootstrap objects, allocation, quota), through the same
/// defaulting, admission, validation and storage as a client's. May block. Refusals are thrown as
/// `ApiException`.
public interface Writer {

    /// Creates; the answer is the stored object.
    Tree create(UserInfo user, GroupVersionResource resource, Tree object)
            throws InterruptedException;

    /// Replaces; conflicts by `metadata.resourceVersion` as for clients.
    ///
    /// @param subresource empty or e.g. `status`
    Tree update(UserInfo user, GroupVersionResource resource, String subresource, Tree object)
            throws InterruptedException;

    void delete(UserInfo user, GroupVersionResource resource, ObjectKey key)
            throws InterruptedException;
}
