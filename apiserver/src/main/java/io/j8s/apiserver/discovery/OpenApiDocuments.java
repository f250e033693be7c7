package io.j8s.apiserver.discovery;

import io.j8s.apiserver.schema.OperationsTable.Operation;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Predicate;

/// Builds whole OpenAPI documents. Each build reads the descriptions anew and leaves nothing
/// behind; callers keep the bytes.
final class OpenApiDocuments {

    private final Schema schema;
    private final String version;

    /// @param version of the server, e.g. `v1.37.0+j8s`
    OpenApiDocuments(Schema schema, String version) {
        this.schema = schema;
        this.version = version;
    }

    /// The v2 document of everything served.
    TreeMap v2(List<ServedGroup> groups) {
        var types = new OpenApiTypes(OpenApiDialect.V2, Descriptions.load(), schema::find);
        var out = TreeMap.dynamic().put("swagger", "2.0");
        out.putValue("info", info());
        out.putValue("paths", paths(OpenApiDialect.V2, types, groups, _ -> true));
        referAll(types, groups, _ -> true);
        out.putValue("definitions", definitions(types));
        var key =
                TreeMap.dynamic()
                        .put("description", "Bearer Token authentication")
                        .put("type", "apiKey")
                        .put("name", "authorization")
                        .put("in", "header");
        out.putValue("securityDefinitions", holding("BearerToken", key));
        out.putValue("security", security());
        return out;
    }

    /// A v3 document.
    ///
    /// @param path as in the index: `api/v1`, `apis/apps`, `version`
    TreeMap v3(String path, List<ServedGroup> groups) {
        var types = new OpenApiTypes(OpenApiDialect.V3, Descriptions.load(), schema::find);
        var out = TreeMap.dynamic().put("openapi", "3.0.0");
        out.putValue("info", info());
        Predicate<String> own = p -> belongsTo(p, path);
        out.putValue("paths", paths(OpenApiDialect.V3, types, groups, own));
        referAll(types, groups, v -> v.path().equals(path));
        var components = holding("schemas", definitions(types));
        var scheme =
                TreeMap.dynamic()
                        .put("type", "apiKey")
                        .put("description", "Bearer Token authentication")
                        .put("name", "authorization")
                        .put("in", "header");
        components.putValue("securitySchemes", holding("BearerToken", scheme));
        out.putValue("components", components);
        out.putValue("security", security());
        return out;
    }

    /// Paths of documents that belong to no version, each served as it is.
    List<String> unversionedPaths(List<ServedGroup> groups) {
        var out = new ArrayList<String>();
        for (String path : byPath().keySet()) {
            if (ApiPath.parse(path) == null && isServed(path, groups)) {
                String name = path.substring(1);
                out.add(name.endsWith("/") ? name.substring(0, name.length() - 1) : name);
            }
        }
        return out;
    }

    private static boolean belongsTo(String path, String document) {
        var api = ApiPath.parse(path);
        if (api != null) {
            return new ServedVersion(api.group(), api.version(), List.of()).path().equals(document);
        }
        String bare = path.endsWith("/") ? path.substring(1, path.length() - 1) : path.substring(1);
        return bare.equals(document);
    }

    private TreeMap paths(
            OpenApiDialect dialect,
            OpenApiTypes types,
            List<ServedGroup> groups,
            Predicate<String> wanted) {
        var builder = new OpenApiPaths(dialect, types, schema.operations(), resources(groups));
        var out = TreeMap.dynamic();
        byPath().forEach((path, operations) -> {
            if (wanted.test(path) && isServed(path, groups)) {
                var item = builder.item(path, operations);
                if (item != null) {
                    out.putValue(path, item);
                }
            }
        });
        return out;
    }

    /// Kinds stand in the document even where no operation of the table shows them.
    private static void referAll(
            OpenApiTypes types, List<ServedGroup> groups, Predicate<ServedVersion> wanted) {
        for (var group : groups) {
            for (var served : group.versions()) {
                if (wanted.test(served)) {
                    for (var resource : served.resources()) {
                        var type = resource.type();
                        if (type != null && !resource.kind().endsWith("Options")) {
                            types.reference(type.name());
                        }
                    }
                }
            }
        }
    }

    private SortedMap<String, List<Operation>> byPath() {
        var out = new java.util.TreeMap<String, List<Operation>>();
        for (var operation : schema.operations().all()) {
            out.computeIfAbsent(operation.path(), _ -> new ArrayList<>()).add(operation);
        }
        return out;
    }

    /// Whether the group and version in the path are served.
    private static boolean isServed(String path, List<ServedGroup> groups) {
        String[] parts = path.split("/", -1);
        if (parts.length < 3 || !parts[1].equals("apis") || parts[2].isEmpty()) {
            return true;
        }
        var group = groups.stream().filter(g -> g.name().equals(parts[2])).findFirst();
        if (group.isEmpty() || parts.length < 4 || parts[3].isEmpty()) {
            return group.isPresent();
        }
        return group.get().versions().stream().anyMatch(v -> v.version().equals(parts[3]));
    }

    private static Map<String, ServedResource> resources(List<ServedGroup> groups) {
        var out = new HashMap<String, ServedResource>();
        for (var group : groups) {
            for (var served : group.versions()) {
                for (var resource : served.resources()) {
                    out.put(served.apiVersion() + " " + resource.name(), resource);
                }
            }
        }
        return out;
    }

    private static TreeMap definitions(OpenApiTypes types) {
        var out = TreeMap.dynamic();
        types.drain(out::putValue);
        return out;
    }

    private TreeMap info() {
        return TreeMap.dynamic().put("title", "Kubernetes").put("version", version);
    }

    private static TreeList security() {
        var out = TreeList.dynamic();
        out.addValue(holding("BearerToken", TreeList.dynamic()));
        return out;
    }

    private static TreeMap holding(String key, Object value) {
        var out = TreeMap.dynamic();
        out.putValue(key, value);
        return out;
    }
}
