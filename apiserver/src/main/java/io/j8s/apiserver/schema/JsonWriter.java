package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;

/// Writes trees as JSON, byte for byte what Go's encoder gives for the same object. Pure.
final class JsonWriter {

    private JsonWriter() {}

    static byte[] write(Object value) {
        var out = new JsonOutput(value instanceof Tree ? 2048 : 256);
        value(out, ValueType.Scalar.DYNAMIC, value);
        return out.bytes();
    }

    static void tree(JsonOutput out, Tree tree) {
        if (tree.type().isCustom()) {
            custom(out, tree);
            return;
        }
        var type = tree.type();
        int[] traits = type.traits();
        byte[][] keys = type.keys();
        out.write('{');
        int start = out.length;
        for (int i = 0; i < traits.length; i++) {
            Object value = tree.values[i];
            if (value == null || value == Tree.NULL) {
                if ((traits[i] & TypeSchema.WRITTEN_WHEN_ABSENT) != 0) {
                    key(out, keys[i], start);
                    zero(out, type.field(i));
                }
            } else if ((traits[i] & TypeSchema.WRITTEN_WHEN_EMPTY) != 0 || !isEmpty(value)) {
                key(out, keys[i], start);
                value(out, traits[i] & TypeSchema.TAG_MASK, value);
            }
        }
        out.write('}');
    }

    static void key(JsonOutput out, byte[] key, int start) {
        if (out.length > start) {
            out.write(',');
        }
        out.write(key);
    }

    /// Whether Go writes the zero value of a field: of what is no pointer, unless `omitempty` knows
    /// it as empty.
    static boolean isWrittenWhenAbsent(FieldSchema field) {
        if (field.pointer()) {
            return !field.omitEmpty();
        }
        if (field.omitZero()) {
            return false;
        }
        if (!field.omitEmpty()) {
            return true;
        }
        // omitempty has no effect on structs
        return switch (field.type().tag()) {
            case ValueType.STRUCT,
                    ValueType.TIME,
                    ValueType.MICRO_TIME,
                    ValueType.DURATION,
                    ValueType.QUANTITY,
                    ValueType.INT_OR_STRING,
                    ValueType.RAW,
                    ValueType.SCHEMA_OR_BOOL,
                    ValueType.SCHEMA_OR_ARRAY,
                    ValueType.SCHEMA_OR_STRING_ARRAY ->
                    true;
            default -> false;
        };
    }

    /// Whether Go writes a value that is there but empty: `omitempty` means scalars, lists and
    /// maps.
    static boolean isWrittenWhenEmpty(FieldSchema field) {
        int tag = field.type().tag();
        return field.pointer()
                || !field.omitEmpty()
                || (tag >= ValueType.STRUCT && tag != ValueType.ITEMS);
    }

    static void zero(JsonOutput out, FieldSchema field) {
        if (field.pointer()) {
            out.nothing();
            return;
        }
        switch (field.type().tag()) {
            case ValueType.STRING -> out.ascii("\"\"");
            case ValueType.BOOL -> out.ascii("false");
            case ValueType.INT32, ValueType.INT64, ValueType.DOUBLE, ValueType.INT_OR_STRING ->
                    out.write('0');
            case ValueType.QUANTITY -> out.ascii("\"0\"");
            case ValueType.DURATION -> out.ascii("\"0s\"");
            case ValueType.STRUCT -> out.write(((TypeSchema) field.type()).zeroJson());
            default -> out.nothing();
        }
    }

    static boolean isEmpty(Object value) {
        return switch (value) {
            case String text -> text.isEmpty();
            case TreeList list -> list.isEmpty();
            case TreeMap map -> map.isEmpty();
            case Num num -> num.isZero();
            case Boolean bool -> !bool;
            default -> false;
        };
    }

    private static void custom(JsonOutput out, Tree tree) {
        var extras = tree.extras();
        var type = tree.type();
        var more = extras == null ? new ArrayList<String>() : new ArrayList<>(extras.sortedKeys());
        out.write('{');
        int start = out.length;
        int nextMore = 0;
        for (int i = 0; i < tree.values.length; i++) {
            Object value = tree.values[i];
            if (value == null) {
                continue;
            }
            String name = type.field(i).name();
            while (nextMore < more.size() && Values.compare(more.get(nextMore), name) < 0) {
                extra(out, more.get(nextMore++), extras, start);
            }
            key(out, type.keys()[i], start);
            value(out, type.field(i).type(), value);
        }
        while (nextMore < more.size()) {
            extra(out, more.get(nextMore++), extras, start);
        }
        out.write('}');
    }

    private static void extra(JsonOutput out, String key, @Nullable TreeMap extras, int start) {
        Object value = extras == null ? null : extras.value(key);
        if (value != null) {
            if (out.length > start) {
                out.write(',');
            }
            out.string(key);
            out.write(':');
            value(out, ValueType.Scalar.DYNAMIC, value);
        }
    }

    static void value(JsonOutput out, ValueType type, Object value) {
        value(out, type.tag(), value);
    }

    private static void value(JsonOutput out, int tag, Object value) {
        switch (value) {
            case String text -> {
                if (text.isEmpty() && Values.isWrittenAsNull(tag)) {
                    out.nothing();
                } else {
                    out.string(text);
                }
            }
            case Tree tree -> tree(out, tree);
            case TreeList list -> list(out, list);
            case TreeMap map -> map(out, map);
            case Num num -> number(out, tag, num);
            case Boolean bool -> out.ascii(bool ? "true" : "false");
            case Raw raw -> out.compact(raw.bytes(), 0, raw.length());
            default -> out.nothing();
        }
    }

    private static void list(JsonOutput out, TreeList list) {
        out.write('[');
        for (int i = 0; i < list.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            value(out, list.elementType(), list.get(i));
        }
        out.write(']');
    }

    private static void map(JsonOutput out, TreeMap map) {
        String[] keys = map.keyArray();
        sort(keys);
        out.write('{');
        for (int i = 0; i < keys.length; i++) {
            if (i > 0) {
                out.write(',');
            }
            out.string(keys[i]);
            out.write(':');
            Object value = map.value(keys[i]);
            value(out, map.valueType(), value == null ? Tree.NULL : value);
        }
        out.write('}');
    }

    static void sort(String[] keys) {
        for (int i = 1; i < keys.length; i++) {
            if (Values.compare(keys[i - 1], keys[i]) > 0) {
                Arrays.sort(keys, Values.GO_ORDER);
                return;
            }
        }
    }

    private static void number(JsonOutput out, int tag, Num num) {
        if (num.isInteger()) {
            out.decimal(num.longValue());
        } else if (num.literal().equals("-0") && tag == ValueType.DYNAMIC) {
            out.write('0');
        } else {
            double value = num.doubleValue();
            out.ascii(Double.isInfinite(value) ? num.literal() : GoNumbers.format(value));
        }
    }
}
