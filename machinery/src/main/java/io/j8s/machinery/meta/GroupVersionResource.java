package io.j8s.machinery.meta;

/// A resource in one served version.
///
/// @param group empty for the core group
/// @param resource the plural, e.g. `pods`
public record GroupVersionResource(String group, String version, String resource) {

    public GroupResource groupResource() {
        return new GroupResource(group, resource);
    }

    /// `v1`, `apps/v1`: the value of `apiVersion`.
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }
}
