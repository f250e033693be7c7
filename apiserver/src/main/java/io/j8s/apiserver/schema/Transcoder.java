package io.j8s.apiserver.schema;

import io.j8s.machinery.meta.GroupVersionKind;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// Turns protobuf into canonical JSON without a tree in between. The JSON's fields stand in Go's
/// order and the message's by number, so each message is looked over once for where its fields are
/// and then written. Byte-equal with reading a tree and writing it. One per message and thread.
///
/// Worked example: for `{2: "b", 1: "a"}` and fields x=1, y=2 the positions are x → 3, y → 0, and
/// what is written is `{"x":"a","y":"b"}`.
///
/// It is meant for what upstream or we have stored. Where hostile bytes repeat a message, the last
/// one stands instead of their merger.
public final class Transcoder {

    private static final int ABSENT = -1;

    private final ProtoInput in;
    private final ProtoReader reader;
    private final JsonOutput out;

    /// Two numbers for each field of the messages that are open: where it starts, and where the
    /// message that holds it ends.
    private int[] places = new int[512];

    private int used;
    private int depth;

    private Transcoder(byte[] data, JsonOutput out) {
        this.in = new ProtoInput(data, 0);
        this.reader = new ProtoReader(in);
        this.out = out;
    }

    /// The JSON of an enveloped object, as [JsonCodec#write] would give it.
    ///
    /// @throws DecodeException when the bytes are no such message
    public static byte[] toJson(byte[] body, TypeSchema type) {
        var envelope = ProtobufCodec.envelope(body);
        var out = new JsonOutput((envelope.to() - envelope.from()) * 2 + 256);
        new Transcoder(body, out).message(type, envelope.from(), envelope.to(), envelope.kind());
        return out.bytes();
    }

    /// The protobuf body of an object given in JSON. The tree in between costs no more than
    /// streaming would: protobuf's order needs every field before it is written.
    ///
    /// @throws DecodeException when the bytes are no such object
    public static byte[] toProtobuf(byte[] json, TypeSchema type, GroupVersionKind kind) {
        return ProtobufCodec.write(JsonCodec.read(json, type).tree(), kind);
    }

    private void message(TypeSchema type, int from, int to, @Nullable GroupVersionKind head) {
        if (++depth > JsonScanner.TREE_DEPTH_MAX) {
            throw ProtoInput.failure("proto: exceeded max depth");
        }
        int[] traits = type.traits();
        byte[][] keys = type.keys();
        int base = used;
        used += traits.length * 2;
        if (used > places.length) {
            places = Arrays.copyOf(places, used * 2);
        }
        Arrays.fill(places, base, used, ABSENT);
        locate(type, type.layout(), traits, base, from, to);
        out.write('{');
        int start = out.length;
        for (int i = 0; i < traits.length; i++) {
            int at = places[base + 2 * i];
            if (at != ABSENT) {
                field(type, i, traits[i], keys[i], at, places[base + 2 * i + 1], start);
            } else if (head != null && type.field(i).proto() == 0) {
                head(type, i, head, start);
            } else if ((traits[i] & TypeSchema.WRITTEN_WHEN_ABSENT) != 0) {
                JsonWriter.key(out, keys[i], start);
                JsonWriter.zero(out, type.field(i));
            }
        }
        out.write('}');
        used = base;
        depth--;
        in.at = to;
    }

    private void head(TypeSchema type, int index, GroupVersionKind kind, int start) {
        String text =
                switch (type.field(index).name()) {
                    case "kind" -> kind.kind();
                    case "apiVersion" -> kind.apiVersion();
                    default -> "";
                };
        if (!text.isEmpty()) {
            JsonWriter.key(out, type.keys()[index], start);
            out.string(text);
        }
    }

    private void locate(
            TypeSchema type, ProtoLayout layout, int[] traits, int base, int from, int to) {
        in.at = from;
        while (in.at < to) {
            int tagAt = in.at;
            int tag = in.tag(to, type);
            var entry = layout.find(tag >>> 3);
            if (entry == null) {
                in.skip(tag & 7, to);
                continue;
            }
            var nested = entry.nested();
            if (nested != null) {
                ProtoInput.expect(tag & 7, ProtoInput.CHUNK, "inlined struct");
                int end = in.chunk(to);
                locate(type, nested, traits, base, in.at, end);
                continue;
            }
            int place = base + 2 * entry.index();
            int kind = traits[entry.index()] & TypeSchema.TAG_MASK;
            boolean repeated = kind == ValueType.LIST || kind == ValueType.MAP;
            if (!repeated || places[place] == ABSENT) {
                places[place] = tagAt;
                places[place + 1] = to;
            }
            in.skip(tag & 7, to);
        }
    }

    private void field(
            TypeSchema type, int index, int traits, byte[] key, int at, int to, int start) {
        in.at = at;
        int tag = in.tag(to, type);
        int kind = traits & TypeSchema.TAG_MASK;
        var field = type.field(index);
        int keyAt = out.length;
        JsonWriter.key(out, key, start);
        int valueAt = out.length;
        if (kind == ValueType.LIST) {
            list(((ValueType.ListOf) field.type()).element(), field.name(), tag, to);
            return;
        }
        if (kind == ValueType.MAP) {
            map((ValueType.MapOf) field.type(), type, field.name(), at, tag, to);
            return;
        }
        boolean nil = value(field.type(), kind, field.name(), tag & 7, to);
        boolean omitted = (traits & TypeSchema.WRITTEN_WHEN_EMPTY) == 0 && isEmpty(kind, valueAt);
        if (omitted || (nil && (traits & TypeSchema.POINTER) == 0)) {
            out.length = keyAt; // a zero that is no pointer is as good as absent
            if ((traits & TypeSchema.WRITTEN_WHEN_ABSENT) != 0) {
                JsonWriter.key(out, key, start);
                JsonWriter.zero(out, field);
            }
        }
    }

    /// What was written since is the zero value of a scalar or an empty list.
    private boolean isEmpty(int kind, int from) {
        int size = out.length - from;
        byte first = out.buffer[from];
        return switch (kind) {
            case ValueType.STRING, ValueType.BYTES, ValueType.ITEMS -> size == 2;
            case ValueType.BOOL -> first == 'f';
            case ValueType.INT32, ValueType.INT64, ValueType.DOUBLE -> size == 1 && first == '0';
            default -> false;
        };
    }

    private void list(ValueType element, String name, int tag, int to) {
        out.write('[');
        int kind = element.tag();
        boolean number = kind == ValueType.INT32 || kind == ValueType.INT64;
        int start = out.length;
        while (true) {
            int end = number && (tag & 7) == ProtoInput.CHUNK ? in.chunk(to) : -1;
            do { // once, or for each of packed numbers
                if (end < 0 || in.at < end) {
                    if (out.length > start) {
                        out.write(',');
                    }
                    value(
                            element,
                            kind,
                            name,
                            end < 0 ? tag & 7 : ProtoInput.VARINT,
                            end < 0 ? to : end);
                }
            } while (in.at < end);
            if (!nextOf(tag, to)) {
                break;
            }
        }
        out.write(']');
    }

    /// Moves to the next value of the same field; false when there is none.
    private boolean nextOf(int tag, int to) {
        while (in.at < to) {
            int next = (int) in.varint(to);
            if (next >>> 3 == tag >>> 3) {
                return true;
            }
            in.skip(next & 7, to);
        }
        return false;
    }

    private void map(ValueType.MapOf type, TypeSchema owner, String name, int at, int tag, int to) {
        if (!isSorted(tag, to)) {
            in.at = at;
            JsonWriter.value(out, type, unsorted(type, owner, name, to));
            return;
        }
        in.at = at;
        in.tag(to, owner);
        out.write('{');
        boolean first = true;
        do {
            int end = in.chunk(to);
            if (!first) {
                out.write(',');
            }
            first = false;
            entry(type.value(), name, end);
            in.at = end;
        } while (nextOf(tag, to));
        out.write('}');
    }

    /// Whether every entry is a key and then a value, in strictly ascending order of keys, as Go
    /// writes maps.
    private boolean isSorted(int tag, int to) {
        int beforeFrom = 0;
        int beforeTo = -1;
        do {
            if ((tag & 7) != ProtoInput.CHUNK) {
                return false;
            }
            int end = in.chunk(to);
            if (in.at == end || in.data[in.at] != 0x0a) {
                return false;
            }
            in.at++;
            int keyEnd = in.chunk(end);
            int from = in.at;
            if (beforeTo >= 0
                    && Arrays.compareUnsigned(in.data, beforeFrom, beforeTo, in.data, from, keyEnd)
                            >= 0) {
                return false;
            }
            beforeFrom = from;
            beforeTo = keyEnd;
            in.at = keyEnd;
            if (in.at < end) {
                int value = (int) in.varint(end);
                if (value >>> 3 != 2) {
                    return false;
                }
                in.skip(value & 7, end);
            }
            if (in.at != end) {
                return false;
            }
        } while (nextOf(tag, to));
        return true;
    }

    private void entry(ValueType type, String name, int end) {
        in.at++;
        int keyEnd = in.chunk(end);
        out.utf8(in.data, in.at, keyEnd);
        in.at = keyEnd;
        out.write(':');
        if (in.at < end) {
            int tag = (int) in.varint(end);
            value(type, type.tag(), name, tag & 7, end);
        } else {
            JsonWriter.value(out, type, ProtoReader.missing(type));
        }
    }

    private TreeMap unsorted(ValueType.MapOf type, TypeSchema owner, String name, int to) {
        var values = new TreeMap(type.value());
        int tag = in.tag(to, owner);
        do {
            ProtoInput.expect(tag & 7, ProtoInput.CHUNK, name);
            reader.entry(values, type.value(), name, in.chunk(to));
        } while (nextOf(tag, to));
        return values;
    }

    /// Writes one value.
    ///
    /// @return whether it is something that Go writes as null
    private boolean value(ValueType type, int kind, String name, int wire, int to) {
        return switch (kind) {
            case ValueType.STRING -> {
                ProtoInput.expect(wire, ProtoInput.CHUNK, name);
                int end = in.chunk(to);
                out.utf8(in.data, in.at, end);
                in.at = end;
                yield false;
            }
            case ValueType.STRUCT -> {
                ProtoInput.expect(wire, ProtoInput.CHUNK, name);
                int end = in.chunk(to);
                message((TypeSchema) type, in.at, end, null);
                yield false;
            }
            case ValueType.BOOL -> {
                ProtoInput.expect(wire, ProtoInput.VARINT, name);
                out.ascii(in.varint(to) != 0 ? "true" : "false");
                yield false;
            }
            case ValueType.INT32, ValueType.INT64 -> {
                ProtoInput.expect(wire, ProtoInput.VARINT, name);
                long value = in.varint(to);
                out.decimal(kind == ValueType.INT32 ? (int) value : value);
                yield false;
            }
            default -> {
                Object value = reader.value(type, name, wire, to, null);
                JsonWriter.value(out, type, value == null ? Tree.NULL : value);
                yield value == null || Values.isZeroTime(type, value);
            }
        };
    }
}
