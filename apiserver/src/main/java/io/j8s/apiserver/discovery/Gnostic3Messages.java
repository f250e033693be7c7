package io.j8s.apiserver.discovery;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// The messages of gnostic's `openapiv3.proto` that our documents use: for each JSON name its
/// number and what the value is. A row is `json=number:kind`; kinds are `s` text, `b` boolean,
/// `any`, a message's name, `?M` for a message or a reference to one, each with `*` for lists, and
/// `{K}` for a message that holds named `K`s.
final class Gnostic3Messages {

    /// One field.
    ///
    /// @param kind as in the rows, without its marks
    record Field(int number, String kind, Shape shape, boolean mayRefer) {}

    /// How many values a field has.
    enum Shape {
        ONE,
        LIST,
        NAMED
    }

    private static final Map<String, Map<String, Field>> MESSAGES =
            Map.ofEntries(
                    message(
                            "Document",
                            "openapi=1:s info=2:Info paths=4:{PathItem} components=5:Components"
                                    + " security=6:SecurityRequirement*"),
                    message("Info", "title=1:s description=2:s version=6:s"),
                    message(
                            "PathItem",
                            "summary=2:s description=3:s get=4:Operation put=5:Operation"
                                    + " post=6:Operation delete=7:Operation options=8:Operation"
                                    + " head=9:Operation patch=10:Operation"
                                    + " parameters=13:?Parameter* x-=14:any"),
                    message(
                            "Operation",
                            "tags=1:s* summary=2:s description=3:s operationId=5:s"
                                    + " parameters=6:?Parameter* requestBody=7:?RequestBody"
                                    + " responses=8:Responses deprecated=10:b x-=13:any"),
                    message(
                            "Parameter",
                            "name=1:s in=2:s description=3:s required=4:b deprecated=5:b"
                                    + " allowEmptyValue=6:b schema=10:?Schema"),
                    message("RequestBody", "description=1:s content=2:{MediaType} required=3:b"),
                    message("MediaType", "schema=1:?Schema"),
                    message("Response", "description=1:s content=3:{MediaType}"),
                    message(
                            "Components",
                            "schemas=1:{?Schema} securitySchemes=7:{?SecurityScheme}"),
                    message("SecurityScheme", "type=1:s description=2:s name=3:s in=4:s"),
                    message("Reference", "$ref=1:s"),
                    message(
                            "Schema",
                            "nullable=1:b deprecated=8:b title=9:s pattern=17:s uniqueItems=20:b"
                                    + " required=23:s* enum=24:any* type=25:s allOf=26:?Schema*"
                                    + " oneOf=27:?Schema* anyOf=28:?Schema* not=29:Schema"
                                    + " items=30:Items properties=31:{?Schema}"
                                    + " additionalProperties=32:AdditionalProperties"
                                    + " default=33:Default description=34:s format=35:s"
                                    + " x-=36:any"));

    private Gnostic3Messages() {}

    /// The field of a JSON name; names beginning with `x-` share one. Null for unknown names.
    static @Nullable Field field(String message, String json) {
        var fields = MESSAGES.get(message);
        if (fields == null) {
            throw new IllegalStateException("no such message: " + message);
        }
        var found = fields.get(json);
        return found == null && json.startsWith("x-") ? fields.get("x-") : found;
    }

    private static Map.Entry<String, Map<String, Field>> message(String name, String rows) {
        var fields = new HashMap<String, Field>();
        for (String row : rows.split(" ", -1)) {
            int equals = row.lastIndexOf('=');
            int colon = row.indexOf(':', equals);
            String kind = row.substring(colon + 1);
            var shape = Shape.ONE;
            if (kind.endsWith("*")) {
                shape = Shape.LIST;
                kind = kind.substring(0, kind.length() - 1);
            } else if (kind.startsWith("{")) {
                shape = Shape.NAMED;
                kind = kind.substring(1, kind.length() - 1);
            }
            boolean mayRefer = kind.startsWith("?");
            fields.put(
                    row.substring(0, equals),
                    new Field(
                            Integer.parseInt(row.substring(equals + 1, colon)),
                            mayRefer ? kind.substring(1) : kind,
                            shape,
                            mayRefer));
        }
        return Map.entry(name, Map.copyOf(fields));
    }
}
