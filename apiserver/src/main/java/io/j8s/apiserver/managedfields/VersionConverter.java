package io.j8s.apiserver.managedfields;

import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

/// Shows an object in another version of its kind, because owned fields are kept in the version
/// that their manager wrote in.
@FunctionalInterface
public interface VersionConverter {

    /// For kinds that are served in one version only.
    VersionConverter NONE = (_, _) -> null;

    /// @param object of any served version: its type, or its `apiVersion`, says which
    /// @return null when the version is no longer served: what was owned in it is forgotten
    @Nullable Tree convert(Tree object, String apiVersion);
}
