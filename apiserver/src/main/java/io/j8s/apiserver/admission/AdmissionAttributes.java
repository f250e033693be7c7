package io.j8s.apiserver.admission;

import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

/// What admission sees of a request (upstream: `admission.Attributes`). Trees are of the version
/// that is stored for the resource.
///
/// @param key the object's namespace and name; the name may be empty on create with `generateName`
/// @param subresource empty for none
/// @param object the new state; null on delete; plugins may change it in place while mutating
/// @param old the stored state; null on create
/// @param options the decoded `CreateOptions`, `UpdateOptions`, `DeleteOptions`; may be null
/// @param dryRun whether nothing will be stored: plugins must not have side effects
public record AdmissionAttributes(
        RequestContext context,
        Operation operation,
        GroupVersionResource resource,
        GroupVersionKind kind,
        String subresource,
        ObjectKey key,
        @Nullable Tree object,
        @Nullable Tree old,
        @Nullable Tree options,
        boolean dryRun) {

    /// What is done to the object.
    public enum Operation {
        CREATE,
        UPDATE,
        DELETE,
        CONNECT
    }
}
