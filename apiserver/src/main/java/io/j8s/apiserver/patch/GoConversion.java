package io.j8s.apiserver.patch;

import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.ValueType;

import org.jspecify.annotations.Nullable;

/// Says why a map is no object of a type, in the words of upstream's converter from unstructured
/// objects, which a strategic merge patch goes through instead of the JSON decoder.
final class GoConversion {

    private GoConversion() {}

    /// The first problem in the order of Go's fields; null when the converter itself finds none,
    /// and the JSON decoder's words count (times, quantities).
    static @Nullable String problem(ValueType type, Object value) {
        if (value == Tree.NULL) {
            return null;
        }
        return switch (type.tag()) {
            case ValueType.STRUCT ->
                    value instanceof TreeMap map
                            ? struct((TypeSchema) type, map)
                            : "cannot restore struct from: " + kind(value);
            case ValueType.MAP ->
                    value instanceof TreeMap map ? map(type, map) : restore("map", value);
            case ValueType.LIST ->
                    value instanceof TreeList list ? list(type, list) : restore("slice", value);
            case ValueType.BYTES ->
                    value instanceof String || value instanceof TreeList
                            ? null
                            : restore("slice", value);
            case ValueType.STRING ->
                    value instanceof String
                            ? null
                            : value instanceof Num number && number.isInteger()
                                    ? "cannot convert int64 to string"
                                    : "unrecognized type: string";
            case ValueType.BOOL -> value instanceof Boolean ? null : "unrecognized type: bool";
            case ValueType.INT32, ValueType.INT64, ValueType.DOUBLE -> number(type, value);
            default -> null;
        };
    }

    private static @Nullable String struct(TypeSchema type, TreeMap map) {
        for (var field : type.fields()) {
            Object value = map.value(field.name());
            String problem = value == null ? null : problem(field.type(), value);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static @Nullable String map(ValueType type, TreeMap map) {
        var valueType = type instanceof ValueType.MapOf of ? of.value() : ValueType.Scalar.DYNAMIC;
        for (var entry : map.entries()) {
            String problem = problem(valueType, entry.getValue());
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static @Nullable String list(ValueType type, TreeList list) {
        var element = type instanceof ValueType.ListOf of ? of.element() : ValueType.Scalar.DYNAMIC;
        for (Object item : list) {
            String problem = problem(element, item);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static @Nullable String number(ValueType type, Object value) {
        String name = GoStructs.kind(type);
        if (!(value instanceof Num number)) {
            return "unrecognized type: " + name;
        }
        boolean whole =
                number.isInteger() || number.doubleValue() == Math.rint(number.doubleValue());
        return whole || type.tag() == ValueType.DOUBLE ? null : "cannot convert float64 to " + name;
    }

    private static String restore(String what, Object value) {
        return "cannot restore " + what + " from " + kind(value);
    }

    private static String kind(Object value) {
        return switch (value) {
            case TreeMap _ -> "map";
            case TreeList _ -> "slice";
            case String _ -> "string";
            case Boolean _ -> "bool";
            case Num number -> number.isInteger() ? "int64" : "float64";
            default -> "invalid";
        };
    }
}
