package io.j8s.apiserver.discovery;

import java.util.List;

/// A version of a group with its resources in order of their names, subresources behind them.
public record ServedVersion(String group, String version, List<ServedResource> resources) {

    public ServedVersion {
        resources = List.copyOf(resources);
    }

    /// `v1`, `apps/v1`.
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /// `api/v1`, `apis/apps/v1`: its path without the leading slash.
    public String path() {
        return group.isEmpty() ? "api/" + version : "apis/" + apiVersion();
    }
}
