package io.j8s.apiserver.discovery;

import io.j8s.apiserver.schema.FieldSchema;
import io.j8s.apiserver.schema.FieldSchema.ListType;
import io.j8s.apiserver.schema.FieldSchema.MapType;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.ValueType;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// Makes OpenAPI schemas of the table's types. Types that a schema refers to are remembered until
/// [#drain] has made them all. Used by one thread.
final class OpenApiTypes {

    static final String PATCH = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";

    private final OpenApiDialect dialect;
    private final Descriptions descriptions;
    private final Function<String, @Nullable TypeSchema> types;
    private final Set<String> seen = new TreeSet<>();
    private final Deque<String> waiting = new ArrayDeque<>();

    OpenApiTypes(
            OpenApiDialect dialect,
            Descriptions descriptions,
            Function<String, @Nullable TypeSchema> types) {
        this.dialect = dialect;
        this.descriptions = descriptions;
        this.types = types;
    }

    /// A reference to a type, which will be among those that [#drain] gives.
    TreeMap reference(String type) {
        if (seen.add(type)) {
            waiting.add(type);
        }
        return TreeMap.dynamic().put("$ref", dialect.reference(type));
    }

    /// All types referred to so far and by each other.
    void drain(BiConsumer<String, TreeMap> definitions) {
        while (!waiting.isEmpty()) {
            String name = waiting.remove();
            var type = types.apply(name);
            if (name.equals(PATCH)) {
                definitions.accept(
                        name,
                        TreeMap.dynamic()
                                .put(
                                        "description",
                                        "Patch is provided to give a concrete name and type to"
                                                + " the Kubernetes PATCH request body.")
                                .put("type", "object"));
            } else if (type != null) {
                definitions.accept(name, definition(type));
            }
        }
    }

    private TreeMap definition(TypeSchema type) {
        var out = type.isStruct() ? struct(type) : special(type);
        String text = descriptions.of(type.name(), "");
        if (!text.isEmpty()) {
            out.put("description", text);
        }
        return out;
    }

    private TreeMap struct(TypeSchema type) {
        var out = TreeMap.dynamic().put("type", "object");
        var properties = TreeMap.dynamic();
        var required = TreeList.dynamic();
        for (var field : type.fields()) {
            properties.putValue(field.name(), property(type, field));
            if (field.required()) {
                required.add(field.name());
            }
        }
        if (!properties.isEmpty()) {
            out.putValue("properties", properties);
        }
        if (!required.isEmpty()) {
            out.putValue("required", required);
        }
        if (type.mapType() == MapType.ATOMIC) {
            out.put("x-kubernetes-map-type", "atomic");
        }
        if (!type.kinds().isEmpty()) {
            var kinds = TreeList.dynamic();
            for (var kind : type.kinds()) {
                kinds.addValue(kind(kind.group(), kind.version(), kind.kind()));
            }
            out.putValue("x-kubernetes-group-version-kind", kinds);
        }
        return out;
    }

    static TreeMap kind(String group, String version, String kind) {
        return TreeMap.dynamic().put("group", group).put("kind", kind).put("version", version);
    }

    private TreeMap property(TypeSchema owner, FieldSchema field) {
        var out = withDefault(value(field.type()), defaultOf(field));
        String text = descriptions.of(field.declaringType(), field.name());
        if (text.isEmpty()) {
            text = descriptions.of(owner.name(), field.name());
        }
        var struct = field.struct();
        if (text.isEmpty() && struct != null) {
            text =
                    descriptions.of(
                            struct.name(), ""); // the sources give structs no text of their own
        }
        if (!text.isEmpty()) {
            out.put("description", text);
        }
        if (!field.enumValues().isEmpty()) {
            var values = TreeList.dynamic();
            field.enumValues().forEach(values::add);
            out.putValue("enum", values);
        }
        if (!field.format().isEmpty()) {
            out.put("format", field.format());
        }
        extensions(out, field);
        return out;
    }

    private static void extensions(TreeMap out, FieldSchema field) {
        if (!field.patchMergeKey().isEmpty()) {
            out.put("x-kubernetes-patch-merge-key", field.patchMergeKey());
        }
        if (!field.patchStrategy().isEmpty()) {
            out.put("x-kubernetes-patch-strategy", field.patchStrategy());
        }
        if (field.listType() != ListType.UNSTATED) {
            out.put(
                    "x-kubernetes-list-type",
                    switch (field.listType()) {
                        case ATOMIC -> "atomic";
                        case SET -> "set";
                        case MAP -> "map";
                        case UNSTATED -> "";
                    });
        }
        if (!field.listKeys().isEmpty()) {
            var keys = TreeList.dynamic();
            field.listKeys().forEach(keys::add);
            out.putValue("x-kubernetes-list-map-keys", keys);
        }
        if (field.mapType() != MapType.UNSTATED) {
            out.put(
                    "x-kubernetes-map-type",
                    field.mapType() == MapType.ATOMIC ? "atomic" : "granular");
        }
    }

    private TreeMap value(ValueType type) {
        return switch (type.tag()) {
            case ValueType.STRING -> typed("string", "");
            case ValueType.BYTES -> typed("string", "byte");
            case ValueType.BOOL -> typed("boolean", "");
            case ValueType.INT32 -> typed("integer", "int32");
            case ValueType.INT64 -> typed("integer", "int64");
            case ValueType.DOUBLE -> typed("number", "double");
            case ValueType.ANY, ValueType.DYNAMIC -> TreeMap.dynamic();
            case ValueType.ITEMS -> {
                var out = typed("array", "");
                out.putValue("items", items(ValueType.Scalar.STRING));
                yield out;
            }
            case ValueType.LIST -> {
                var out = typed("array", "");
                if (type instanceof ValueType.ListOf list) {
                    out.putValue("items", items(list.element()));
                }
                yield out;
            }
            case ValueType.MAP -> {
                var out = typed("object", "");
                if (type instanceof ValueType.MapOf map) {
                    out.putValue("additionalProperties", items(map.value()));
                }
                yield out;
            }
            default ->
                    type instanceof TypeSchema named ? reference(named.name()) : TreeMap.dynamic();
        };
    }

    /// Elements carry the zero value of their Go type as default.
    private TreeMap items(ValueType element) {
        Object zero =
                switch (element.tag()) {
                    case ValueType.STRING -> "";
                    case ValueType.BOOL -> false;
                    case ValueType.INT32, ValueType.INT64, ValueType.DOUBLE -> Num.of(0);
                    case ValueType.STRUCT -> TreeMap.dynamic();
                    default -> null;
                };
        return withDefault(value(element), zero);
    }

    private static @Nullable Object defaultOf(FieldSchema field) {
        Object stated = field.defaultValue();
        if (stated != null) {
            return stated;
        }
        if (field.pointer()) {
            return null;
        }
        return switch (field.type().tag()) {
            case ValueType.STRUCT -> TreeMap.dynamic();
            case ValueType.STRING -> field.omitEmpty() ? null : "";
            case ValueType.BOOL -> field.omitEmpty() ? null : false;
            case ValueType.INT32, ValueType.INT64, ValueType.DOUBLE ->
                    field.omitEmpty() ? null : Num.of(0);
            default -> null;
        };
    }

    /// Upstream prunes defaults from v2; in v3 a reference with more beside it needs `allOf`.
    private TreeMap withDefault(TreeMap schema, @Nullable Object value) {
        if (dialect == OpenApiDialect.V2) {
            return schema;
        }
        boolean isReference = schema.has("$ref");
        if (!isReference && value == null) {
            return schema;
        }
        var out = schema;
        if (isReference) {
            var all = TreeList.dynamic();
            all.addValue(schema);
            out = TreeMap.dynamic();
            out.putValue("allOf", all);
        }
        if (value != null) {
            out.putValue("default", value);
        }
        return out;
    }

    private TreeMap special(TypeSchema type) {
        return switch (type.tag()) {
            case ValueType.QUANTITY ->
                    dialect == OpenApiDialect.V2 ? typed("string", "") : oneOf("string", "number");
            case ValueType.TIME, ValueType.MICRO_TIME -> typed("string", "date-time");
            case ValueType.DURATION -> typed("string", "");
            case ValueType.INT_OR_STRING ->
                    dialect == OpenApiDialect.V2
                            ? typed("string", "int-or-string")
                            : oneOf("integer", "string").put("format", "int-or-string");
            case ValueType.RAW ->
                    type.name().endsWith(".JSON") ? TreeMap.dynamic() : typed("object", "");
            default -> TreeMap.dynamic();
        };
    }

    private static TreeMap typed(String type, String format) {
        var out = TreeMap.dynamic().put("type", type);
        return format.isEmpty() ? out : out.put("format", format);
    }

    private static TreeMap oneOf(String... names) {
        var all = TreeList.dynamic();
        for (String name : List.of(names)) {
            all.addValue(typed(name, ""));
        }
        var out = TreeMap.dynamic();
        out.putValue("oneOf", all);
        return out;
    }
}
