package io.j8s.machinery.meta;

/// A resource without its version: what RBAC, storage and messages name.
///
/// @param group empty for the core group
/// @param resource the plural, e.g. `pods`
public record GroupResource(String group, String resource) {

    /// `pods`, `deployments.apps`: the form that messages of the API server use.
    @Override
    public String toString() {
        return group.isEmpty() ? resource : resource + "." + group;
    }
}
