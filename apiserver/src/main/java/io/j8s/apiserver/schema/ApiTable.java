package io.j8s.apiserver.schema;

import io.j8s.machinery.version.KubernetesVersion;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
    /// @param deprecationWarning told with every answer; empty for what is not deprecated
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
            List<String> categories,
            String deprecationWarning) {
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

    static ApiTable parse(byte[] json) {
        var out = new ArrayList<Group>();
        for (Object group : (TreeList) JsonReader.readDynamic(json)) {
            out.add(group((TreeMap) group));
        }
        return new ApiTable(out);
    }

    private static Group group(TreeMap line) {
        String name = line.string("group", "");
        var versions = new ArrayList<Version>();
        for (Object version : list(line, "versions")) {
            versions.add(version(name, (TreeMap) version));
        }
        return new Group(name, line.string("preferred", ""), versions);
    }

    private static Version version(String group, TreeMap line) {
        String version = line.string("version", "");
        var resources = new ArrayList<Resource>();
        for (Object resource : list(line, "resources")) {
            resources.add(resource(group, version, (TreeMap) resource));
        }
        var level = Level.valueOf(line.string("level", "").toUpperCase(Locale.ROOT));
        return new Version(
                group, version, level, Boolean.TRUE.equals(line.bool("default")), resources);
    }

    private static Resource resource(String group, String version, TreeMap line) {
        return new Resource(
                group,
                version,
                line.string("name", ""),
                line.string("singular", ""),
                line.string("kind", ""),
                line.string("kindGroup", group),
                line.string("kindVersion", version),
                line.string("type", ""),
                Boolean.TRUE.equals(line.bool("namespaced")),
                list(line, "verbs").strings(),
                list(line, "short").strings(),
                list(line, "categories").strings(),
                deprecationWarning(group, version, line));
    }

    /// Upstream: `deprecation.WarningMessage`.
    private static String deprecationWarning(String group, String version, TreeMap line) {
        String deprecated = line.string("deprecated", "");
        if (deprecated.isEmpty() || minor(deprecated) > Integer.parseInt(KubernetesVersion.MINOR)) {
            return "";
        }
        var out = new StringBuilder(group.isEmpty() ? version : group + "/" + version);
        out.append(' ').append(line.string("kind", ""));
        out.append(" is deprecated in v").append(deprecated).append('+');
        String removed = line.string("removed", "");
        if (!removed.isEmpty()) {
            out.append(", unavailable in v").append(removed).append('+');
        }
        String replacement = line.string("replacement", "");
        if (!replacement.isEmpty()) {
            out.append("; use ").append(replacement);
        }
        return out.toString();
    }

    private static int minor(String release) {
        return Integer.parseInt(release.substring(release.indexOf('.') + 1));
    }

    private static TreeList list(TreeMap line, String key) {
        var found = line.list(key);
        return found == null ? TreeList.dynamic() : found;
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
