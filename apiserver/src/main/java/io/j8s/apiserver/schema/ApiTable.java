package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Which groups, versions, resources and subresources the API has: `facts/resources.json`.
/// Immutable.
public final class ApiTable {

    /// Maturity of a version.
    public enum Level {
        GA,
        BETA,
        ALPHA
    }

    /// @param name empty for the core group
    /// @param preferred the version that discovery prefers
    /// @param versions in discovery's order
    public record Group(String name, String preferred, List<Version> versions) {
        public Group {
            versions = List.copyOf(versions);
        }
    }

    /// @param servedByDefault a stock server serves it unasked
    public record Version(
            String group,
            String version,
            Level level,
            boolean servedByDefault,
            List<Resource> resources) {
        public Version {
            resources = List.copyOf(resources);
        }
    }

    /// A resource or subresource in one version.
    ///
    /// @param name plural, or `pods/status`
    /// @param singular empty for subresources
    /// @param kindGroup group of the kind, mostly that of the resource
    /// @param kindVersion version of the kind, mostly that of the resource
    /// @param type OpenAPI name of the kind's type; empty where it has none
    public record Resource(
            String group,
            String version,
            String name,
            String singular,
            String kind,
            String kindGroup,
            String kindVersion,
            String type,
            boolean namespaced,
            List<String> verbs,
            List<String> shortNames,
            List<String> categories) {
        public Resource {
            verbs = List.copyOf(verbs);
            shortNames = List.copyOf(shortNames);
            categories = List.copyOf(categories);
        }

        public boolean isSubresource() {
            return name.indexOf('/') >= 0;
        }
    }

    private final List<Group> groups;

    ApiTable(List<Group> groups) {
        this.groups = List.copyOf(groups);
    }

    /// Groups in discovery's order, the core group first.
    public List<Group> groups() {
        return groups;
    }

    public @Nullable Version version(String group, String version) {
        for (var g : groups) {
            if (g.name().equals(group)) {
                for (var v : g.versions()) {
                    if (v.version().equals(version)) {
                        return v;
                    }
                }
            }
        }
        return null;
    }

    /// @param name plural, or `pods/status`
    public @Nullable Resource resource(String group, String version, String name) {
        var found = version(group, version);
        if (found != null) {
            for (var resource : found.resources()) {
                if (resource.name().equals(name)) {
                    return resource;
                }
            }
        }
        return null;
    }
}
