package io.j8s.apiserver.schema;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Every HTTP operation of the API with its query parameters and content types:
/// `facts/operations.json`. OpenAPI is made from it. Immutable.
public final class OperationsTable {

    /// @param method `GET`, `POST`, …
    /// @param path with templates, e.g. `/api/v1/namespaces/{namespace}/pods/{name}`
    /// @param verb the API verb, `connect` for proxies or `nonresource`
    /// @param query names of query parameters, see [#parameterType]
    /// @param codes response codes below 300
    public record Operation(
            String method,
            String path,
            String verb,
            List<String> query,
            List<String> consumes,
            List<String> produces,
            List<String> codes) {
        public Operation {
            query = List.copyOf(query);
            consumes = List.copyOf(consumes);
            produces = List.copyOf(produces);
            codes = List.copyOf(codes);
        }
    }

    private final List<Operation> operations;
    private final Map<String, String> parameterTypes;

    private OperationsTable(List<Operation> operations, Map<String, String> parameterTypes) {
        this.operations = List.copyOf(operations);
        this.parameterTypes = Map.copyOf(parameterTypes);
    }

    public List<Operation> all() {
        return operations;
    }

    /// `boolean`, `integer` or `string`.
    public String parameterType(String name) {
        return parameterTypes.getOrDefault(name, "string");
    }

    static OperationsTable parse(byte[] json) {
        var root = (TreeMap) JsonReader.readDynamic(json);
        var query = sets(root, "query");
        var consumes = sets(root, "consumes");
        var produces = sets(root, "produces");
        var operations = new ArrayList<Operation>();
        var lines = root.list("operations");
        for (Object line : lines == null ? TreeList.dynamic() : lines) {
            var columns = ((TreeList) line).strings();
            String codes = columns.get(6);
            operations.add(
                    new Operation(
                            columns.get(0),
                            columns.get(1),
                            columns.get(2),
                            query.getOrDefault(columns.get(3), List.of()),
                            consumes.getOrDefault(columns.get(4), List.of()),
                            produces.getOrDefault(columns.get(5), List.of()),
                            codes.isEmpty() ? List.of() : List.of(codes.split(",", -1))));
        }
        var types = root.map("parameterTypes");
        return new OperationsTable(operations, types == null ? Map.of() : types.strings());
    }

    private static Map<String, List<String>> sets(TreeMap root, String key) {
        var out = new LinkedHashMap<String, List<String>>();
        var found = root.map(key);
        if (found != null) {
            found.forEach((name, list) -> {
                if (list instanceof TreeList values) {
                    out.put(name, values.strings());
                }
            });
        }
        return out;
    }
}
