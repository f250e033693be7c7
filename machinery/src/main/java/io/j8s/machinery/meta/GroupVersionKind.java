package io.j8s.machinery.meta;

/// A kind in one version, as `apiVersion` and `kind` of an object say it.
///
/// @param group empty for the core group
public record GroupVersionKind(String group, String version, String kind) {

    /// Parses `apiVersion` (`v1`, `apps/v1`) and `kind`.
    public static GroupVersionKind of(String apiVersion, String kind) {
        int slash = apiVersion.indexOf('/');
        return slash < 0
                ? new GroupVersionKind("", apiVersion, kind)
                : new GroupVersionKind(
                        apiVersion.substring(0, slash), apiVersion.substring(slash + 1), kind);
    }

    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }
}
