package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

/// Writes trees as protobuf messages, byte for byte what Go's generated code gives: fields in
/// ascending order, every scalar and struct that is no pointer even when zero, maps sorted. Pure.
final class ProtoWriter {

    private ProtoWriter() {}

    /// A message of a whole tree.
    static void tree(ProtoOutput out, Tree tree) {
        message(out, tree.type(), tree.type().layout(), tree);
    }

    private static void message(
            ProtoOutput out, TypeSchema type, ProtoLayout layout, @Nullable Tree tree) {
        var entries = layout.entries;
        for (int i = entries.length - 1; i >= 0; i--) {
            var entry = entries[i];
            var nested = entry.nested();
            if (nested != null) {
                int mark = out.mark();
                message(out, type, nested, tree);
                out.close(entry.number(), mark);
            } else {
                Object value = tree == null ? null : tree.values[entry.index()];
                field(out, entry.number(), type.field(entry.index()), value);
            }
        }
    }

    private static void field(
            ProtoOutput out, int number, FieldSchema field, @Nullable Object value) {
        if (value == null || value == Tree.NULL) {
            if (!field.pointer()) {
                zero(out, number, field.type());
            }
            return;
        }
        switch (value) {
            case TreeList list when field.type().tag() == ValueType.LIST -> {
                for (int i = list.size() - 1; i >= 0; i--) {
                    value(out, number, list.elementType(), list.get(i));
                }
            }
            case TreeMap map -> map(out, number, map);
            default -> value(out, number, field.type(), value);
        }
    }

    private static void map(ProtoOutput out, int number, TreeMap map) {
        String[] keys = map.keyArray();
        JsonWriter.sort(keys);
        for (int i = keys.length - 1; i >= 0; i--) {
            int mark = out.mark();
            Object value = map.value(keys[i]);
            if (value != null && value != Tree.NULL) {
                value(out, 2, map.valueType(), value);
            } else if (map.valueType().tag() == ValueType.ITEMS) {
                out.chunk(2, new byte[0]);
            } else if (map.valueType().tag() != ValueType.BYTES) {
                zero(out, 2, map.valueType());
            }
            out.string(1, keys[i]);
            out.close(number, mark);
        }
    }

    /// What is written of an absent value that is no pointer.
    private static void zero(ProtoOutput out, int number, ValueType type) {
        switch (type.tag()) {
            case ValueType.STRING, ValueType.TIME, ValueType.MICRO_TIME, ValueType.RAW -> {
                out.varint(0);
                out.tag(number, 2);
            }
            case ValueType.BOOL, ValueType.INT32, ValueType.INT64 -> {
                out.varint(0);
                out.tag(number, 0);
            }
            case ValueType.DOUBLE -> {
                out.fixed64(0);
                out.tag(number, 1);
            }
            case ValueType.STRUCT -> out.chunk(number, ((TypeSchema) type).zeroProto());
            case ValueType.QUANTITY -> value(out, number, type, "0");
            case ValueType.DURATION -> value(out, number, type, "0s");
            case ValueType.INT_OR_STRING -> value(out, number, type, Num.of(0));
            default -> {} // nil lists, maps and bytes
        }
    }

    static byte[] zero(TypeSchema type) {
        var out = new ProtoOutput(64);
        message(out, type, type.layout(), null);
        return out.toBytes();
    }

    private static void value(ProtoOutput out, int number, ValueType type, Object value) {
        switch (type.tag()) {
            case ValueType.STRING -> out.string(number, text(value));
            case ValueType.BYTES -> out.chunk(number, GoBase64.decode(text(value)));
            case ValueType.BOOL -> {
                out.varint(Boolean.TRUE.equals(value) ? 1 : 0);
                out.tag(number, 0);
            }
            case ValueType.INT32, ValueType.INT64 -> {
                out.varint(value instanceof Num num ? num.longValue() : 0);
                out.tag(number, 0);
            }
            case ValueType.DOUBLE -> {
                double number64 = value instanceof Num num ? num.doubleValue() : 0;
                out.fixed64(Double.doubleToRawLongBits(number64));
                out.tag(number, 1);
            }
            default -> {
                int mark = out.mark();
                if (value instanceof Tree tree && type.tag() == ValueType.STRUCT) {
                    tree(out, tree);
                } else {
                    special(out, (TypeSchema) type, value);
                }
                out.close(number, mark);
            }
        }
    }

    private static String text(Object value) {
        return value instanceof String text ? text : "";
    }

    private static void special(ProtoOutput out, TypeSchema type, Object value) {
        switch (type.tag()) {
            case ValueType.QUANTITY -> out.string(1, text(value));
            case ValueType.TIME, ValueType.MICRO_TIME -> time(out, type, value);
            case ValueType.DURATION -> number(out, 1, GoTime.parseDuration(text(value)).toNanos());
            case ValueType.INT_OR_STRING -> {
                boolean string = value instanceof String;
                out.string(3, text(value));
                number(out, 2, value instanceof Num num ? num.longValue() : 0);
                number(out, 1, string ? 1 : 0);
            }
            case ValueType.RAW -> {
                if (value instanceof Raw raw) {
                    out.chunk(1, raw.bytes());
                }
            }
            case ValueType.ITEMS -> strings(out, 1, value);
            case ValueType.SCHEMA_OR_BOOL -> {
                if (value instanceof Tree schema) {
                    nested(out, 2, schema);
                }
                number(out, 1, Boolean.FALSE.equals(value) ? 0 : 1);
            }
            case ValueType.SCHEMA_OR_ARRAY -> {
                if (value instanceof TreeList list) {
                    for (int i = list.size() - 1; i >= 0; i--) {
                        nested(out, 2, list.tree(i));
                    }
                } else if (value instanceof Tree schema) {
                    nested(out, 1, schema);
                }
            }
            case ValueType.SCHEMA_OR_STRING_ARRAY -> {
                if (value instanceof Tree schema) {
                    nested(out, 1, schema);
                } else {
                    strings(out, 2, value);
                }
            }
            default -> {} // an envelope inside of an object does not occur
        }
    }

    private static void time(ProtoOutput out, TypeSchema type, Object value) {
        var time = GoTime.parse(text(value));
        if (time != null) {
            boolean micro = type.tag() == ValueType.MICRO_TIME;
            number(out, 2, micro ? time.getNano() / 1000 * 1000 : 0);
            number(out, 1, time.getEpochSecond());
        }
    }

    private static void number(ProtoOutput out, int number, long value) {
        out.varint(value);
        out.tag(number, 0);
    }

    private static void nested(ProtoOutput out, int number, Tree tree) {
        int mark = out.mark();
        tree(out, tree);
        out.close(number, mark);
    }

    private static void strings(ProtoOutput out, int number, Object value) {
        if (value instanceof TreeList list) {
            for (int i = list.size() - 1; i >= 0; i--) {
                out.string(number, text(list.get(i)));
            }
        }
    }
}
