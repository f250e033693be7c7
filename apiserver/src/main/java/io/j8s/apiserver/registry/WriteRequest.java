package io.j8s.apiserver.registry;

import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.FieldValidation;
import io.j8s.machinery.meta.ObjectKey;

/// What the verbs that write know of their request.
///
/// @param key the object's name may still be empty on create
/// @param subresource empty for the object itself
public record WriteRequest(
        ServedResource resource,
        RequestContext context,
        ObjectKey key,
        String subresource,
        WriteOptions options) {

    /// `CreateOptions`, `UpdateOptions` and `PatchOptions` have these in common.
    ///
    /// @param fieldManager empty to take the client's name
    public record WriteOptions(
            boolean dryRun, FieldValidation validation, String fieldManager, boolean force) {

        public static final WriteOptions PLAIN =
                new WriteOptions(false, FieldValidation.IGNORE, "", false);
    }

    StoredKind kind() {
        return resource.stored();
    }
}
