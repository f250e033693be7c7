package io.j8s.controllers.runtime;

import io.j8s.machinery.meta.GroupVersionResource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// What the server serves, read from aggregated discovery: two requests whatever the number of
/// groups. Of each resource the preferred version only.
public final class Discovery {

    private static final String ACCEPT =
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private static final JsonMapper JSON = new JsonMapper();

    /// @param kind of the objects
    public record Resource(
            GroupVersionResource resource, String kind, boolean isNamespaced, List<String> verbs) {
        public Resource {
            verbs = List.copyOf(verbs);
        }

        public boolean supports(String... wanted) {
            return verbs.containsAll(List.of(wanted));
        }
    }

    /// @param failedGroups group versions whose server did not answer, e.g.
    ///   `metrics.k8s.io/v1beta1`
    public record Result(List<Resource> resources, List<String> failedGroups) {
        public Result {
            resources = List.copyOf(resources);
            failedGroups = List.copyOf(failedGroups);
        }
    }

    private Discovery() {}

    public static Result preferred(Api api) {
        var resources = new ArrayList<Resource>();
        var failed = new ArrayList<String>();
        for (var root : List.of("/api", "/apis")) {
            for (var group : JSON.readTree(api.getRaw(root, ACCEPT)).path("items")) {
                group(group, resources, failed);
            }
        }
        return new Result(resources, failed);
    }

    private static void group(JsonNode group, List<Resource> resources, List<String> failed) {
        var name = group.path("metadata").path("name").asString("");
        var seen = new HashSet<String>();
        for (var version : group.path("versions")) {
            var versionName = version.path("version").asString("");
            if (version.path("freshness").asString("").equals("Stale")) {
                failed.add(name + "/" + versionName);
                continue;
            }
            for (var resource : version.path("resources")) {
                var plural = resource.path("resource").asString("");
                if (!seen.add(plural)) {
                    continue;
                }
                var verbs = new ArrayList<String>();
                resource.path("verbs").forEach(verb -> verbs.add(verb.asString("")));
                resources.add(
                        new Resource(
                                new GroupVersionResource(name, versionName, plural),
                                resource.path("responseKind").path("kind").asString(""),
                                resource.path("scope").asString("").equals("Namespaced"),
                                verbs));
            }
        }
    }
}
