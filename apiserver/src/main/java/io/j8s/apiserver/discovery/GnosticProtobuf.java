package io.j8s.apiserver.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;

import java.io.ByteArrayOutputStream;

/// Writes an OpenAPI v2 document as gnostic's protobuf, which is the only form of it that client-go
/// reads. Most messages follow [GnosticMessages]; the few that wrap or choose are written here.
/// Pure.
final class GnosticProtobuf {

    private GnosticProtobuf() {}

    static byte[] write(TreeMap document) {
        return message("Document", document);
    }

    private static byte[] message(String name, TreeMap map) {
        var out = new ByteArrayOutputStream();
        for (String key : map.sortedKeys()) {
            Object value = map.value(key);
            var field = GnosticMessages.field(name, key);
            if (field == null || value == null) {
                throw new IllegalStateException("gnostic's " + name + " has no " + key);
            }
            if (key.startsWith("x-")) {
                bytes(out, field.number(), named(key, any(value)));
            } else if (field.named()) {
                bytes(out, field.number(), namedValues(field.kind(), (TreeMap) value));
            } else if (field.repeated()) {
                for (Object item : (TreeList) value) {
                    single(out, field, item);
                }
            } else {
                single(out, field, value);
            }
        }
        return out.toByteArray();
    }

    private static void single(
            ByteArrayOutputStream out, GnosticMessages.Field field, Object value) {
        switch (field.kind()) {
            case "s" -> bytes(out, field.number(), value.toString().getBytes(UTF_8));
            case "b" -> {
                if (Boolean.TRUE.equals(value)) {
                    flag(out, field.number(), true);
                }
            }
            case "any" -> bytes(out, field.number(), any(value));
            default -> bytes(out, field.number(), special(field.kind(), value));
        }
    }

    private static byte[] special(String kind, Object value) {
        return switch (kind) {
            case "Paths" -> entries((TreeMap) value, 2, "PathItem");
            case "TypeItem" -> wrapped(1, value.toString().getBytes(UTF_8));
            case "ItemsItem" -> wrapped(1, message("Schema", (TreeMap) value));
            case "AdditionalProperties" ->
                    value instanceof TreeMap schema
                            ? wrapped(1, message("Schema", schema))
                            : new byte[] {2 << 3, (byte) (Boolean.TRUE.equals(value) ? 1 : 0)};
            case "ParametersItem" -> parameter((TreeMap) value);
            case "Responses" -> responses((TreeMap) value);
            case "SecurityDefinitions" -> securityDefinitions((TreeMap) value);
            case "SecurityRequirement" -> securityRequirement((TreeMap) value);
            default -> message(kind, (TreeMap) value);
        };
    }

    /// ParametersItem{1: Parameter{1: body | 2: NonBodyParameter{3: query | 4: path}}}
    private static byte[] parameter(TreeMap value) {
        byte[] parameter =
                switch (value.string("in", "")) {
                    case "body" -> wrapped(1, message("BodyParameter", value));
                    case "path" -> wrapped(2, wrapped(4, message("PathParameter", value)));
                    default -> wrapped(2, wrapped(3, message("QueryParameter", value)));
                };
        return wrapped(1, parameter);
    }

    /// Responses{1: NamedResponseValue{name, ResponseValue{1: Response}}}
    private static byte[] responses(TreeMap value) {
        var out = new ByteArrayOutputStream();
        for (String code : value.sortedKeys()) {
            var response = response((TreeMap) orEmpty(value.value(code)));
            bytes(out, 1, named(code, wrapped(1, response)));
        }
        return out.toByteArray();
    }

    private static byte[] response(TreeMap value) {
        var out = new ByteArrayOutputStream();
        bytes(out, 1, value.string("description", "").getBytes(UTF_8));
        var schema = value.map("schema");
        if (schema != null) {
            bytes(out, 2, wrapped(1, message("Schema", schema)));
        }
        return out.toByteArray();
    }

    private static byte[] securityDefinitions(TreeMap value) {
        var out = new ByteArrayOutputStream();
        for (String name : value.sortedKeys()) {
            byte[] key = message("ApiKey", (TreeMap) orEmpty(value.value(name)));
            bytes(out, 1, named(name, wrapped(2, key)));
        }
        return out.toByteArray();
    }

    private static byte[] securityRequirement(TreeMap value) {
        var out = new ByteArrayOutputStream();
        for (String name : value.sortedKeys()) {
            bytes(out, 1, named(name, new byte[0]));
        }
        return out.toByteArray();
    }

    private static byte[] namedValues(String kind, TreeMap map) {
        return entries(map, 1, kind);
    }

    private static byte[] entries(TreeMap map, int number, String kind) {
        var out = new ByteArrayOutputStream();
        for (String name : map.sortedKeys()) {
            bytes(out, number, named(name, message(kind, (TreeMap) orEmpty(map.value(name)))));
        }
        return out.toByteArray();
    }

    private static Object orEmpty(@org.jspecify.annotations.Nullable Object value) {
        return value == null ? TreeMap.dynamic() : value;
    }

    static byte[] named(String name, byte[] value) {
        var out = new ByteArrayOutputStream();
        bytes(out, 1, name.getBytes(UTF_8));
        bytes(out, 2, value);
        return out.toByteArray();
    }

    /// Any{2: yaml}: JSON is YAML.
    static byte[] any(Object value) {
        var out = new ByteArrayOutputStream();
        byte[] json = JsonCodec.writeValue(value);
        varint(out, (2 << 3) | 2);
        varint(out, json.length + 1L);
        out.writeBytes(json);
        out.write('\n');
        return out.toByteArray();
    }

    static byte[] wrapped(int number, byte[] value) {
        var out = new ByteArrayOutputStream(value.length + 8);
        bytes(out, number, value);
        return out.toByteArray();
    }

    static void flag(ByteArrayOutputStream out, int number, boolean value) {
        varint(out, (long) number << 3);
        out.write(value ? 1 : 0);
    }

    static void bytes(ByteArrayOutputStream out, int number, byte[] value) {
        varint(out, ((long) number << 3) | 2);
        varint(out, value.length);
        out.writeBytes(value);
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
