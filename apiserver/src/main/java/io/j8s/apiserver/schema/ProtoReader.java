package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;

/// Reads protobuf messages into trees as Go's generated code reads them into structs: unknown
/// fields are passed by, a message that comes twice merges, a zero in a field that is no pointer is
/// absence. One per message and thread.
final class ProtoReader {

    private final ProtoInput in;
    private int depth;

    ProtoReader(ProtoInput in) {
        this.in = in;
    }

    static Tree read(byte[] data, int from, int to, TypeSchema type) {
        var reader = new ProtoReader(new ProtoInput(data, from));
        var tree = new Tree(type);
        reader.message(type, type.layout(), tree, to);
        return tree;
    }

    private void message(TypeSchema type, ProtoLayout layout, Tree tree, int to) {
        if (++depth > JsonScanner.TREE_DEPTH_MAX) {
            throw ProtoInput.failure("proto: exceeded max depth");
        }
        while (in.at < to) {
            int tag = in.tag(to, type);
            var entry = layout.find(tag >>> 3);
            if (entry == null) {
                in.skip(tag & 7, to);
                continue;
            }
            var nested = entry.nested();
            if (nested != null) {
                ProtoInput.expect(tag & 7, ProtoInput.CHUNK, "inlined struct");
                message(type, nested, tree, in.chunk(to));
            } else {
                field(tree, entry.index(), tag & 7, to);
            }
        }
        depth--;
    }

    private void field(Tree tree, int index, int wire, int to) {
        var field = tree.type().field(index);
        Object before = tree.value(index);
        switch (field.type()) {
            case ValueType.ListOf list -> {
                var values =
                        before instanceof TreeList known ? known : new TreeList(list.element());
                element(values, list.element(), field.name(), wire, to);
                tree.setValue(index, values);
            }
            case ValueType.MapOf map -> {
                ProtoInput.expect(wire, ProtoInput.CHUNK, field.name());
                var values = before instanceof TreeMap known ? known : new TreeMap(map.value());
                entry(values, map.value(), field.name(), in.chunk(to));
                tree.setValue(index, values);
            }
            default -> {
                Object value = value(field.type(), field.name(), wire, to, before);
                boolean absent = value == null || (!field.pointer() && isZero(field.type(), value));
                tree.setValue(index, absent ? null : value);
            }
        }
    }

    /// Zero is as good as absent; but empty bytes are not nil, and other types write their zero.
    private static boolean isZero(ValueType type, Object value) {
        return type.tag() <= ValueType.DOUBLE
                ? type.tag() != ValueType.BYTES && JsonWriter.isEmpty(value)
                : Values.isZeroTime(type, value);
    }

    private void element(TreeList list, ValueType type, String name, int wire, int to) {
        boolean number = type.tag() == ValueType.INT32 || type.tag() == ValueType.INT64;
        if (number && wire == ProtoInput.CHUNK) { // packed, which readers must take
            int end = in.chunk(to);
            while (in.at < end) {
                list.addValue(Num.of(integer(type, in.varint(end))));
            }
            return;
        }
        Object value = value(type, name, wire, to, null);
        list.addValue(value == null ? Tree.NULL : value);
    }

    void entry(TreeMap map, ValueType type, String name, int to) {
        String key = "";
        Object value = null;
        boolean hasValue = false;
        while (in.at < to) {
            long tag = in.varint(to);
            int wire = (int) tag & 7;
            switch ((int) (tag >>> 3)) {
                case 1 -> {
                    ProtoInput.expect(wire, ProtoInput.CHUNK, name);
                    key = in.text(in.chunk(to));
                }
                case 2 -> {
                    value = value(type, name, wire, to, null);
                    hasValue = true;
                }
                default -> in.skip(wire, to);
            }
        }
        if (value == null && hasValue && type.tag() == ValueType.ITEMS) {
            value = new TreeList(ValueType.Scalar.STRING);
        }
        map.putValue(key, value != null ? value : missing(type));
    }

    /// What a map holds for an entry without a value.
    static Object missing(ValueType type) {
        return switch (type.tag()) {
            case ValueType.STRING, ValueType.BYTES -> "";
            case ValueType.BOOL -> false;
            case ValueType.INT32, ValueType.INT64, ValueType.DOUBLE -> Num.of(0);
            case ValueType.QUANTITY -> "0";
            case ValueType.STRUCT -> new Tree((TypeSchema) type);
            default -> Tree.NULL;
        };
    }

    @Nullable Object value(ValueType type, String name, int wire, int to, @Nullable Object before) {
        switch (type.tag()) {
            case ValueType.BOOL -> {
                ProtoInput.expect(wire, ProtoInput.VARINT, name);
                return in.varint(to) != 0;
            }
            case ValueType.INT32, ValueType.INT64 -> {
                ProtoInput.expect(wire, ProtoInput.VARINT, name);
                return Num.of(integer(type, in.varint(to)));
            }
            case ValueType.DOUBLE -> {
                ProtoInput.expect(wire, ProtoInput.FIXED64, name);
                double value = Double.longBitsToDouble(in.fixed64(to));
                if (!Double.isFinite(value)) {
                    throw ProtoInput.failure("json: unsupported value: " + value);
                }
                return Num.of(value);
            }
            default -> ProtoInput.expect(wire, ProtoInput.CHUNK, name);
        }
        int end = in.chunk(to);
        return switch (type.tag()) {
            case ValueType.STRING -> in.text(end);
            case ValueType.BYTES -> {
                byte[] bytes = Arrays.copyOfRange(in.data, in.at, end);
                in.at = end;
                yield Base64.getEncoder().encodeToString(bytes);
            }
            case ValueType.STRUCT -> {
                var tree = before instanceof Tree known ? known : new Tree((TypeSchema) type);
                message(tree.type(), tree.type().layout(), tree, end);
                yield tree;
            }
            default -> special((TypeSchema) type, end);
        };
    }

    private static long integer(ValueType type, long value) {
        return type.tag() == ValueType.INT32 ? (int) value : value;
    }

    // ---- types with a JSON form of their own

    private @Nullable Object special(TypeSchema type, int to) {
        return switch (type.tag()) {
            case ValueType.QUANTITY -> quantity(type, to);
            case ValueType.TIME, ValueType.MICRO_TIME -> time(type, to);
            case ValueType.DURATION -> GoTime.duration(Duration.ofNanos(numbers(type, to)[1]));
            case ValueType.INT_OR_STRING -> intOrString(type, to);
            case ValueType.RAW -> raw(type, to);
            case ValueType.ITEMS -> strings(type, 1, to);
            default -> union(type, to);
        };
    }

    private String quantity(TypeSchema type, int to) {
        String text = "";
        while (in.at < to) {
            int tag = in.tag(to, type);
            if (tag >>> 3 == 1) {
                ProtoInput.expect(tag & 7, ProtoInput.CHUNK, "String_");
                text = in.text(in.chunk(to));
            } else {
                in.skip(tag & 7, to);
            }
        }
        return text.isEmpty() ? "0" : GoQuantity.canonical(text);
    }

    /// The numbered varints of a message: seconds and nanos, or type and value.
    private long[] numbers(TypeSchema type, int to) {
        var out = new long[3];
        while (in.at < to) {
            int tag = in.tag(to, type);
            if (tag >>> 3 <= 2 && (tag & 7) == ProtoInput.VARINT) {
                out[tag >>> 3] = in.varint(to);
            } else {
                in.skip(tag & 7, to);
            }
        }
        return out;
    }

    private Object time(TypeSchema type, int to) {
        if (in.at == to) {
            return Values.ZERO_TIME;
        }
        var parts = numbers(type, to);
        if (parts[1] < Rfc3339.EARLIEST_SECOND || parts[1] > Rfc3339.LATEST_SECOND) {
            throw ProtoInput.failure("Time.MarshalJSON: year outside of range [0,9999]");
        }
        if (parts[1] == Rfc3339.GO_ZERO_SECOND) {
            return Values.ZERO_TIME;
        }
        return type.tag() == ValueType.MICRO_TIME
                ? Rfc3339.micros(parts[1], (int) Math.floorMod(parts[2], 1_000_000_000L))
                : Rfc3339.seconds(parts[1]);
    }

    private Object intOrString(TypeSchema type, int to) {
        boolean isText = false;
        long number = 0;
        String text = "";
        while (in.at < to) {
            int tag = in.tag(to, type);
            switch (tag >>> 3) {
                case 1 -> {
                    ProtoInput.expect(tag & 7, ProtoInput.VARINT, "Type");
                    isText = in.varint(to) == 1;
                }
                case 2 -> {
                    ProtoInput.expect(tag & 7, ProtoInput.VARINT, "IntVal");
                    number = (int) in.varint(to);
                }
                case 3 -> {
                    ProtoInput.expect(tag & 7, ProtoInput.CHUNK, "StrVal");
                    text = in.text(in.chunk(to));
                }
                default -> in.skip(tag & 7, to);
            }
        }
        return isText ? text : Num.of(number);
    }

    private @Nullable Object raw(TypeSchema type, int to) {
        byte[] json = new byte[0];
        while (in.at < to) {
            int tag = in.tag(to, type);
            if (tag >>> 3 == 1) {
                ProtoInput.expect(tag & 7, ProtoInput.CHUNK, "Raw");
                int end = in.chunk(to);
                json = Arrays.copyOfRange(in.data, in.at, end);
                in.at = end;
            } else {
                in.skip(tag & 7, to);
            }
        }
        if (json.length == 0) {
            return null;
        }
        JsonReader.validate(json); // else what we write later would be no JSON
        return Raw.of(json);
    }

    private TreeList strings(TypeSchema type, int number, int to) {
        var list = new TreeList(ValueType.Scalar.STRING);
        while (in.at < to) {
            int tag = in.tag(to, type);
            if (tag >>> 3 == number) {
                ProtoInput.expect(tag & 7, ProtoInput.CHUNK, "Items");
                list.addValue(in.text(in.chunk(to)));
            } else {
                in.skip(tag & 7, to);
            }
        }
        return list;
    }

    private Object union(TypeSchema type, int to) {
        var schemaType = type.unionSchema();
        int schemaNumber = type.tag() == ValueType.SCHEMA_OR_BOOL ? 2 : 1;
        Tree schema = null;
        TreeList list = null;
        boolean allows = false;
        while (in.at < to) {
            int tag = in.tag(to, type);
            int number = tag >>> 3;
            if (number > 2) {
                in.skip(tag & 7, to);
            } else if (number == 1 && schemaNumber == 2) {
                ProtoInput.expect(tag & 7, ProtoInput.VARINT, "Allows");
                allows = in.varint(to) != 0;
            } else {
                ProtoInput.expect(tag & 7, ProtoInput.CHUNK, "Schema");
                int end = in.chunk(to);
                if (number == 2 && type.tag() == ValueType.SCHEMA_OR_STRING_ARRAY) {
                    list = list == null ? new TreeList(ValueType.Scalar.STRING) : list;
                    list.addValue(in.text(end));
                    continue;
                }
                var found = new Tree(schemaType);
                message(schemaType, schemaType.layout(), found, end);
                if (number == schemaNumber) {
                    schema = found;
                } else {
                    list = list == null ? new TreeList(schemaType) : list;
                    list.addValue(found);
                }
            }
        }
        if (schema != null) {
            return schema;
        }
        if (schemaNumber == 2) {
            return allows;
        }
        return list == null ? Values.EMPTY_UNION : list;
    }
}
