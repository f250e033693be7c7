package io.j8s.apiserver.discovery;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/// What a path template of the operations table is about.
///
/// @param resource plural, or `pods/status`; empty for the version's own document
/// @param namespaced whether the path names a namespace that the resource lives in
/// @param named whether it names one object
record ApiPath(String group, String version, String resource, boolean namespaced, boolean named) {

    /// Null for what belongs to no version: `/version/`, `/apis/`, `/apis/apps/`.
    static @Nullable ApiPath parse(String path) {
        var parts = List.of(path.substring(1).split("/", -1));
        boolean core = parts.getFirst().equals("api");
        int from = core ? 2 : 3;
        boolean belongs = core || parts.getFirst().equals("apis");
        if (!belongs || parts.size() <= from || parts.get(from - 1).isEmpty()) {
            return null;
        }
        String group = core ? "" : parts.get(1);
        String version = parts.get(from - 1);
        var rest = parts.subList(from, parts.size()).stream().filter(p -> !p.isEmpty()).toList();
        boolean namespaced =
                rest.size() > 2
                        && rest.get(0).equals("namespaces")
                        && rest.get(1).equals("{namespace}");
        var own = namespaced ? rest.subList(2, rest.size()) : rest;
        if (own.isEmpty()) {
            return new ApiPath(group, version, "", false, false);
        }
        boolean named = own.size() > 1;
        String resource = own.size() > 2 ? own.get(0) + "/" + own.get(2) : own.get(0);
        return new ApiPath(group, version, resource, namespaced, named);
    }

    /// `core_v1`, `rbacAuthorization_v1`: the tag of its operations.
    String tag() {
        String pascal = groupName();
        return Character.toLowerCase(pascal.charAt(0)) + pascal.substring(1) + "_" + version;
    }

    /// `Core`, `RbacAuthorization`: the group in identifiers of operations.
    String groupName() {
        if (group.isEmpty()) {
            return "Core";
        }
        String name = group.endsWith(".k8s.io") ? group.substring(0, group.length() - 7) : group;
        var out = new StringBuilder();
        Arrays.stream(name.split("[.-]", -1)).forEach(part -> out.append(pascal(part)));
        return out.toString();
    }

    static String pascal(String word) {
        return word.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }
}
