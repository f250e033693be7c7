package io.j8s.apiserver.discovery;

import java.util.List;

/// A group with its served versions.
///
/// @param name empty for the core group
/// @param priority groups are listed highest first (upstream: GroupPriorityMinimum); 1000 for
///   custom resources
/// @param versions at least one, the preferred one first
public record ServedGroup(String name, int priority, List<ServedVersion> versions) {

    /// What custom resources' groups have in upstream.
    public static final int CUSTOM_PRIORITY = 1000;

    public ServedGroup {
        versions = List.copyOf(versions);
    }
}
