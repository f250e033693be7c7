package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which claim stands for a pod's extended resources (upstream:
/// `validatePodExtendedResourceClaimStatus`).
final class ExtendedClaimRules {

    private ExtendedClaimRules() {}

    static void validate(At root) {
        At status = root.at("status.extendedResourceClaimStatus");
        if (status == null) {
            return;
        }
        Map<String, Tree> containers = new HashMap<>();
        for (String list : List.of("spec.initContainers", "spec.containers")) {
            root.tree().trees(list).forEach(c -> containers.put(c.string("name", ""), c));
        }
        var mappings = status.each("requestMappings");
        if (mappings.isEmpty()) {
            status.required("requestMappings", "at least one request mapping is required");
        }
        Set<List<String>> seen = new HashSet<>();
        for (At mapping : mappings) {
            mapping(status, mapping, containers, seen);
        }
        String name = status.string("resourceClaimName");
        if (name.isEmpty()) {
            status.required("resourceClaimName");
        } else {
            status.dnsSubdomain("resourceClaimName");
        }
    }

    private static void mapping(
            At status, At mapping, Map<String, Tree> containers, Set<List<String>> seen) {
        String name = mapping.string("containerName");
        String resource = mapping.string("resourceName");
        Tree container = containers.get(name);
        if (container == null) {
            mapping.invalid(
                    "containerName",
                    name,
                    "must match the name of an entry in spec.initContainers.name or"
                            + " spec.containers.name");
        } else if (!container.stringMap("resources.requests").containsKey(resource)) {
            mapping.invalid(
                    "resourceName",
                    resource,
                    "must match the extended resource name of an entry in"
                            + " spec.initContainers.resources.requests or"
                            + " spec.containers.resources.requests");
        }
        String request = mapping.string("requestName");
        // upstream's path has no index
        status.all("requestName", request, io.j8s.machinery.names.NameRules.dns1123Label(request));
        if (!seen.add(List.of(name, resource, request))) {
            mapping.duplicate("containerName", name);
            mapping.duplicate("resourceName", resource);
            mapping.duplicate("requestName", request);
        }
    }
}
