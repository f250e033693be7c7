package io.j8s.apiserver.discovery;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// The messages of gnostic's `openapiv2.proto` that our documents use: for each JSON name its
/// number and what the value is. A row is `json=number:kind`; kinds are `s` text, `b` boolean,
/// `any`, a message's name, each with `*` for lists, and `map(M)` for a message of named `M`s.
final class GnosticMessages {

    /// One field.
    ///
    /// @param kind as in the rows, without star and parentheses
    record Field(int number, String kind, boolean repeated, boolean named) {}

    private static final String PARAMETER =
            "required=1:b in=2:s description=3:s name=4:s allowEmptyValue=5:b type=6:s format=7:s";
    private static final String PATH_PARAMETER =
            "required=1:b in=2:s description=3:s name=4:s type=5:s format=6:s";

    private static final Map<String, Map<String, Field>> MESSAGES =
            Map.ofEntries(
                    message(
                            "Document",
                            "swagger=1:s info=2:Info host=3:s basePath=4:s schemes=5:s*"
                                    + " consumes=6:s* produces=7:s* paths=8:Paths"
                                    + " definitions=9:map(Schema)"
                                    + " security=12:SecurityRequirement*"
                                    + " securityDefinitions=13:SecurityDefinitions"),
                    message("Info", "title=1:s version=2:s description=3:s"),
                    message(
                            "PathItem",
                            "get=2:Operation put=3:Operation post=4:Operation delete=5:Operation"
                                    + " options=6:Operation head=7:Operation patch=8:Operation"
                                    + " parameters=9:ParametersItem* x-=10:any"),
                    message(
                            "Operation",
                            "tags=1:s* summary=2:s description=3:s operationId=5:s produces=6:s*"
                                    + " consumes=7:s* parameters=8:ParametersItem*"
                                    + " responses=9:Responses schemes=10:s* deprecated=11:b"
                                    + " x-=13:any"),
                    message(
                            "BodyParameter",
                            "description=1:s name=2:s in=3:s required=4:b schema=5:Schema"),
                    message("QueryParameter", PARAMETER + " uniqueItems=20:b"),
                    message("PathParameter", PATH_PARAMETER + " uniqueItems=19:b"),
                    message("Response", "description=1:s schema=2:SchemaItem"),
                    message("SchemaItem", "schema=1:Schema"),
                    message(
                            "Schema",
                            "$ref=1:s format=2:s title=3:s description=4:s default=5:any"
                                    + " required=19:s* enum=20:any*"
                                    + " additionalProperties=21:AdditionalProperties"
                                    + " type=22:TypeItem items=23:ItemsItem allOf=24:Schema*"
                                    + " properties=25:map(Schema) x-=31:any"),
                    message("ApiKey", "type=1:s name=2:s in=3:s description=4:s"));

    private GnosticMessages() {}

    static Map<String, Field> of(String message) {
        var fields = MESSAGES.get(message);
        if (fields == null) {
            throw new IllegalStateException("no such message: " + message);
        }
        return fields;
    }

    /// The field of a JSON name; names beginning with `x-` share one. Null for unknown names.
    static @Nullable Field field(String message, String json) {
        var fields = of(message);
        var found = fields.get(json);
        return found == null && json.startsWith("x-") ? fields.get("x-") : found;
    }

    private static Map.Entry<String, Map<String, Field>> message(String name, String rows) {
        var fields = new HashMap<String, Field>();
        for (String row : rows.split(" ", -1)) {
            int equals = row.lastIndexOf('=');
            int colon = row.indexOf(':', equals);
            String kind = row.substring(colon + 1);
            boolean repeated = kind.endsWith("*");
            boolean named = kind.startsWith("map(");
            String bare = repeated ? kind.substring(0, kind.length() - 1) : kind;
            fields.put(
                    row.substring(0, equals),
                    new Field(
                            Integer.parseInt(row.substring(equals + 1, colon)),
                            named ? bare.substring(4, bare.length() - 1) : bare,
                            repeated,
                            named));
        }
        return Map.entry(name, Map.copyOf(fields));
    }
}
