package io.j8s.apiserver.patch;

import io.j8s.apiserver.schema.FieldSchema;
import io.j8s.apiserver.schema.ValueType;

import org.jspecify.annotations.Nullable;

/// Types as Go's reflection names them in messages, and the types of entries.
final class GoStructs {

    private GoStructs() {}

    static ValueType entryType(ValueType holder, @Nullable FieldSchema field) {
        if (field != null) {
            return field.type();
        }
        return holder instanceof ValueType.MapOf map ? map.value() : ValueType.Scalar.DYNAMIC;
    }

    static String kind(ValueType type) {
        return switch (type.tag()) {
            case ValueType.STRING -> "string";
            case ValueType.BOOL -> "bool";
            case ValueType.INT32 -> "int32";
            case ValueType.INT64 -> "int64";
            case ValueType.DOUBLE -> "float64";
            case ValueType.MAP -> "map";
            case ValueType.LIST, ValueType.BYTES, ValueType.ITEMS -> "slice";
            default -> "struct";
        };
    }
}
