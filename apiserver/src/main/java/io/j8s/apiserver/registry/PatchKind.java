package io.j8s.apiserver.registry;

import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TypeSchema;

/// One way of changing an object by a patch. Pure; any thread.
@FunctionalInterface
public interface PatchKind {

    /// @param live of the request's version; left as it is
    /// @param patch the request's body, in JSON
    /// @return the changed object, and what strict field validation objects to
    /// @throws io.j8s.machinery.errors.ApiException for a patch that cannot be applied
    Patched apply(Tree live, byte[] patch, TypeSchema type);

    /// @param strictErrors as in [io.j8s.apiserver.schema.Decoded]
    record Patched(Tree object, java.util.List<String> strictErrors) {
        public Patched {
            strictErrors = java.util.List.copyOf(strictErrors);
        }
    }
}
