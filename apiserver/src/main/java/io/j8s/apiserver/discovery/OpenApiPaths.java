package io.j8s.apiserver.discovery;

import io.j8s.apiserver.schema.OperationsTable;
import io.j8s.apiserver.schema.OperationsTable.Operation;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Makes OpenAPI's path items of the operations table: parameters, bodies, answers, and which kind
/// and action an operation is about. Used by one thread.
final class OpenApiPaths {

    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private static final Pattern TEMPLATE = Pattern.compile("\\{([a-z]+)}");

    /// Words on the parameters that people look up; the others speak for themselves.
    private static final Map<String, String> TEXTS =
            Map.of(
                    "dryRun",
                    "When present, nothing is persisted. `All` runs every stage.",
                    "fieldManager",
                    "Name of the actor that makes the changes; required for apply patches.",
                    "fieldValidation",
                    "What to do with unknown or duplicate fields: Ignore, Warn or Strict.",
                    "force",
                    "Take over conflicting fields of other managers. Only for apply patches.",
                    "pretty",
                    "If 'true', then the output is pretty printed.");

    private static final Set<String> DELETES = Set.of("delete", "deletecollection");

    private final OpenApiDialect dialect;
    private final OpenApiTypes types;
    private final OperationsTable table;
    private final Map<String, ServedResource> resources;

    /// @param resources by `apiVersion` and name: `apps/v1 deployments/scale`
    OpenApiPaths(
            OpenApiDialect dialect,
            OpenApiTypes types,
            OperationsTable table,
            Map<String, ServedResource> resources) {
        this.dialect = dialect;
        this.types = types;
        this.table = table;
        this.resources = resources;
    }

    /// The item of one path; null when nothing of it is served.
    ///
    /// @param operations all of the path
    @Nullable TreeMap item(String path, List<Operation> operations) {
        var api = ApiPath.parse(path);
        ServedResource resource = null;
        if (api != null && !api.resource().isEmpty()) {
            resource = resources.get(key(api));
            if (resource == null) {
                return null;
            }
        }
        var item = TreeMap.dynamic();
        for (var operation : operations) {
            item.putValue(
                    operation.method().toLowerCase(Locale.ROOT),
                    operation(path, operation, api, resource));
        }
        var parameters = pathParameters(path, resource);
        if (!parameters.isEmpty()) {
            item.putValue("parameters", parameters);
        }
        return item;
    }

    static String key(ApiPath api) {
        String version = api.group().isEmpty() ? api.version() : api.group() + "/" + api.version();
        return version + " " + api.resource();
    }

    private TreeMap operation(
            String path,
            Operation operation,
            @Nullable ApiPath api,
            @Nullable ServedResource resource) {
        var out = TreeMap.dynamic();
        out.put("operationId", operationId(path, operation, api, resource));
        out.put("description", description(operation, api, resource));
        var tags = TreeList.dynamic();
        tags.add(api == null ? tagOf(path) : api.tag());
        out.putValue("tags", tags);
        if (dialect == OpenApiDialect.V2) {
            out.putValue("consumes", strings(consumes(operation)));
            out.putValue("produces", strings(operation.produces()));
            out.putValue("schemes", strings(List.of("https")));
        }
        var parameters = TreeList.dynamic();
        for (String name : operation.query()) {
            parameters.addValue(parameter(name, "query", table.parameterType(name), false, ""));
        }
        String body = bodyType(operation, resource);
        if (!body.isEmpty()) {
            body(out, parameters, operation, body);
        }
        if (!parameters.isEmpty()) {
            out.putValue("parameters", parameters);
        }
        out.putValue("responses", responses(operation, api, resource));
        if (resource != null) {
            out.put("x-kubernetes-action", action(operation, resource));
            out.putValue(
                    "x-kubernetes-group-version-kind",
                    OpenApiTypes.kind(
                            resource.kindGroup(), resource.kindVersion(), resource.kind()));
        }
        return out;
    }

    private void body(TreeMap out, TreeList parameters, Operation operation, String type) {
        var schema = types.reference(type);
        boolean required = !DELETES.contains(operation.verb());
        if (dialect == OpenApiDialect.V2) {
            var parameter = TreeMap.dynamic().put("name", "body").put("in", "body");
            if (required) {
                parameter.put("required", true);
            }
            parameter.putValue("schema", schema);
            parameters.addValue(parameter);
            return;
        }
        var content = TreeMap.dynamic();
        for (String mediaType : consumes(operation)) {
            var entry = TreeMap.dynamic();
            entry.putValue("schema", schema.copy());
            content.putValue(mediaType, entry);
        }
        var request = TreeMap.dynamic();
        request.putValue("content", content);
        if (required) {
            request.put("required", true);
        }
        out.putValue("requestBody", request);
    }

    private TreeMap responses(
            Operation operation, @Nullable ApiPath api, @Nullable ServedResource resource) {
        var out = TreeMap.dynamic();
        for (String code : operation.codes()) {
            var response = TreeMap.dynamic().put("description", reason(code));
            var schema = responseSchema(operation, api, resource);
            if (schema != null) {
                content(response, schema, operation);
            }
            out.putValue(code, response);
        }
        out.putValue("401", TreeMap.dynamic().put("description", "Unauthorized"));
        return out;
    }

    private void content(TreeMap response, TreeMap schema, Operation operation) {
        if (dialect == OpenApiDialect.V2) {
            response.putValue("schema", schema);
            return;
        }
        var content = TreeMap.dynamic();
        for (String mediaType : operation.produces()) {
            var entry = TreeMap.dynamic();
            entry.putValue("schema", schema.copy());
            content.putValue(mediaType, entry);
        }
        response.putValue("content", content);
    }

    private @Nullable TreeMap responseSchema(
            Operation operation, @Nullable ApiPath api, @Nullable ServedResource resource) {
        if (resource == null) {
            if (api != null) {
                return types.reference(META + "APIResourceList");
            }
            return null;
        }
        if (isConnect(resource)) {
            return TreeMap.dynamic().put("type", "string");
        }
        return switch (operation.verb()) {
            case "delete", "deletecollection" -> types.reference(META + "Status");
            case "list" ->
                    typeName(resource).isEmpty()
                            ? null
                            : types.reference(typeName(resource) + "List");
            case "connect" -> TreeMap.dynamic().put("type", "string");
            default -> typeName(resource).isEmpty() ? null : types.reference(typeName(resource));
        };
    }

    private static String bodyType(Operation operation, @Nullable ServedResource resource) {
        if (resource == null || isConnect(resource)) {
            return "";
        }
        return switch (operation.verb()) {
            case "create", "update" -> typeName(resource);
            case "patch" -> OpenApiTypes.PATCH;
            case "delete", "deletecollection" -> META + "DeleteOptions";
            default -> "";
        };
    }

    private static List<String> consumes(Operation operation) {
        return operation.consumes().isEmpty() ? List.of("*/*") : operation.consumes();
    }

    private static String typeName(ServedResource resource) {
        var type = resource.type();
        return type == null ? "" : type.name();
    }

    /// Proxies, exec and their like: their kind is one of options.
    private static boolean isConnect(ServedResource resource) {
        return resource.isSubresource() && resource.kind().endsWith("Options");
    }

    private TreeList pathParameters(String path, @Nullable ServedResource resource) {
        var out = TreeList.dynamic();
        var matcher = TEMPLATE.matcher(path);
        while (matcher.find()) {
            String name = matcher.group(1);
            String text =
                    switch (name) {
                        case "name" ->
                                "name of the " + (resource == null ? "object" : resource.kind());
                        case "namespace" ->
                                "object name and auth scope, such as for teams and projects";
                        default -> name;
                    };
            out.addValue(parameter(name, "path", "string", true, text));
        }
        return out;
    }

    private TreeMap parameter(String name, String in, String type, boolean required, String text) {
        var out = TreeMap.dynamic().put("name", name).put("in", in);
        String shown = text.isEmpty() ? TEXTS.getOrDefault(name, "") : text;
        if (!shown.isEmpty()) {
            out.put("description", shown);
        }
        if (required) {
            out.put("required", true);
        }
        if (dialect == OpenApiDialect.V2) {
            return out.put("type", type).put("uniqueItems", true);
        }
        out.putValue("schema", TreeMap.dynamic().put("type", type).put("uniqueItems", true));
        return out;
    }

    private static String action(Operation operation, ServedResource resource) {
        if (isConnect(resource)) {
            return "connect";
        }
        return switch (operation.verb()) {
            case "create" -> "post";
            case "update" -> "put";
            default -> operation.verb();
        };
    }

    private static String description(
            Operation operation, @Nullable ApiPath api, @Nullable ServedResource resource) {
        if (resource == null) {
            return api == null ? "get available API versions" : "get available resources";
        }
        String kind = resource.kind();
        if (isConnect(resource)) {
            return "connect " + operation.method() + " requests to " + resource.name();
        }
        return switch (operation.verb()) {
            case "list" -> "list or watch objects of kind " + kind;
            case "get" -> "read the specified " + kind;
            case "create" -> "create a " + kind;
            case "update" -> "replace the specified " + kind;
            case "patch" -> "partially update the specified " + kind;
            case "delete" -> "delete a " + kind;
            case "deletecollection" -> "delete collection of " + kind;
            default -> "connect " + operation.method() + " requests to " + kind;
        };
    }

    private static String operationId(
            String path,
            Operation operation,
            @Nullable ApiPath api,
            @Nullable ServedResource resource) {
        if (api == null || resource == null) {
            var out = new StringBuilder("get");
            for (String part : path.split("[/.-]", -1)) {
                out.append(ApiPath.pascal(part));
            }
            return out.append(api == null ? "" : "Resources").toString();
        }
        String action =
                isConnect(resource)
                        ? "connect"
                        : switch (operation.verb()) {
                            case "get" -> "read";
                            case "update" -> "replace";
                            case "deletecollection" -> "delete";
                            default -> operation.verb();
                        };
        var out = new StringBuilder(action).append(api.groupName());
        out.append(ApiPath.pascal(api.version()));
        if (isConnect(resource) || operation.verb().equals("connect")) {
            out.append(ApiPath.pascal(operation.method().toLowerCase(Locale.ROOT)));
        }
        if (operation.verb().equals("deletecollection")) {
            out.append("Collection");
        }
        if (api.namespaced()) {
            out.append("Namespaced");
        }
        int slash = resource.name().indexOf('/');
        out.append(
                slash < 0
                        ? resource.kind()
                        : mainKind(resource, slash)
                                + ApiPath.pascal(resource.name().substring(slash + 1)));
        if (path.endsWith("{path}")) {
            out.append("WithPath");
        }
        boolean allNamespaces = resource.namespaced() && !api.namespaced() && !api.named();
        return out.append(allNamespaces ? "ForAllNamespaces" : "").toString();
    }

    /// `Pod` for `pods/status`: subresources may have kinds of their own.
    private static String mainKind(ServedResource resource, int slash) {
        String plural = resource.name().substring(0, slash);
        return resource.kind().toLowerCase(Locale.ROOT).startsWith(plural.substring(0, 3))
                ? resource.kind()
                : ApiPath.pascal(
                        plural.endsWith("s") ? plural.substring(0, plural.length() - 1) : plural);
    }

    private static String tagOf(String path) {
        String[] parts = path.split("/", -1);
        return parts.length > 2 && parts[1].equals("apis") && !parts[2].isEmpty()
                ? parts[2].substring(0, Math.max(1, parts[2].indexOf('.')))
                : parts.length > 1 ? parts[1] : "";
    }

    private static String reason(String code) {
        return switch (code) {
            case "201" -> "Created";
            case "202" -> "Accepted";
            default -> "OK";
        };
    }

    private static TreeList strings(List<String> values) {
        var out = TreeList.dynamic();
        values.forEach(out::add);
        return out;
    }
}
