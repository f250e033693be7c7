package io.j8s.apiserver.discovery;

import static io.j8s.apiserver.discovery.GnosticProtobuf.any;
import static io.j8s.apiserver.discovery.GnosticProtobuf.bytes;
import static io.j8s.apiserver.discovery.GnosticProtobuf.flag;
import static io.j8s.apiserver.discovery.GnosticProtobuf.named;
import static io.j8s.apiserver.discovery.GnosticProtobuf.wrapped;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.discovery.Gnostic3Messages.Field;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Objects;

/// Writes an OpenAPI v3 document as gnostic's protobuf, as upstream offers it beside JSON. Most
/// messages follow [Gnostic3Messages]; the few that choose are written here. Pure.
final class Gnostic3Protobuf {

    private static final int FIXED64 = 1;

    private Gnostic3Protobuf() {}

    static byte[] write(TreeMap document) {
        return message("Document", document);
    }

    private static byte[] message(String name, TreeMap map) {
        var out = new ByteArrayOutputStream();
        var keys = new ArrayList<>(map.sortedKeys());
        keys.sort(Comparator.comparingInt(key -> field(name, key).number())); // as Go writes them
        for (String key : keys) {
            Object value = Objects.requireNonNull(map.value(key), key);
            var field = field(name, key);
            if (key.startsWith("x-")) {
                bytes(out, field.number(), named(key, any(value)));
                continue;
            }
            switch (field.shape()) {
                case ONE -> single(out, field, value);
                case LIST -> {
                    for (Object item : (TreeList) value) {
                        single(out, field, item);
                    }
                }
                case NAMED -> bytes(out, field.number(), entries(field, (TreeMap) value));
            }
        }
        return out.toByteArray();
    }

    private static Field field(String message, String key) {
        var found = Gnostic3Messages.field(message, key);
        if (found == null) {
            throw new IllegalStateException("gnostic's " + message + " has no " + key);
        }
        return found;
    }

    private static void single(ByteArrayOutputStream out, Field field, Object value) {
        switch (field.kind()) {
            case "s" -> bytes(out, field.number(), value.toString().getBytes(UTF_8));
            case "b" -> {
                if (Boolean.TRUE.equals(value)) {
                    flag(out, field.number(), true);
                }
            }
            case "any" -> bytes(out, field.number(), any(value));
            default -> bytes(out, field.number(), chosen(field, value));
        }
    }

    private static byte[] entries(Field field, TreeMap map) {
        var out = new ByteArrayOutputStream();
        for (String name : map.sortedKeys()) {
            bytes(out, 1, named(name, chosen(field, orEmpty(map.value(name)))));
        }
        return out.toByteArray();
    }

    private static byte[] chosen(Field field, Object value) {
        return field.mayRefer()
                ? orReference(field.kind(), (TreeMap) value)
                : special(field.kind(), value);
    }

    /// MOrReference{1: M | 2: Reference}
    private static byte[] orReference(String kind, TreeMap value) {
        return value.value("$ref") == null
                ? wrapped(1, message(kind, value))
                : wrapped(2, message("Reference", value));
    }

    private static byte[] special(String kind, Object value) {
        return switch (kind) {
            case "Items" -> wrapped(1, orReference("Schema", (TreeMap) value));
            case "AdditionalProperties" -> {
                if (value instanceof TreeMap schema) {
                    yield wrapped(1, orReference("Schema", schema));
                }
                var out = new ByteArrayOutputStream();
                flag(out, 2, Boolean.TRUE.equals(value));
                yield out.toByteArray();
            }
            case "Default" -> defaultType(value);
            case "Responses" -> responses((TreeMap) value);
            case "SecurityRequirement" -> securityRequirement((TreeMap) value);
            default -> message(kind, (TreeMap) value);
        };
    }

    /// DefaultType{1: double | 2: bool | 3: string}; objects are none of these and leave it empty.
    private static byte[] defaultType(Object value) {
        var out = new ByteArrayOutputStream();
        switch (value) {
            case Boolean known -> flag(out, 2, known);
            case String text -> bytes(out, 3, text.getBytes(UTF_8));
            case TreeMap _, TreeList _ -> {}
            default -> {
                out.write((1 << 3) | FIXED64);
                out.writeBytes(
                        ByteBuffer.allocate(Double.BYTES)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putDouble(Double.parseDouble(value.toString()))
                                .array());
            }
        }
        return out.toByteArray();
    }

    /// Responses{1: default, 2: NamedResponseOrReference}
    private static byte[] responses(TreeMap value) {
        var out = new ByteArrayOutputStream();
        for (String code : value.sortedKeys()) {
            byte[] response = orReference("Response", (TreeMap) orEmpty(value.value(code)));
            if (code.equals("default")) {
                bytes(out, 1, response);
            } else {
                bytes(out, 2, named(code, response));
            }
        }
        return out.toByteArray();
    }

    /// SecurityRequirement{1: NamedStringArray{name, StringArray{1: text}}}
    private static byte[] securityRequirement(TreeMap value) {
        var out = new ByteArrayOutputStream();
        for (String name : value.sortedKeys()) {
            var scopes = new ByteArrayOutputStream();
            if (value.value(name) instanceof TreeList list) {
                for (Object scope : list) {
                    bytes(scopes, 1, scope.toString().getBytes(UTF_8));
                }
            }
            bytes(out, 1, named(name, scopes.toByteArray()));
        }
        return out.toByteArray();
    }

    private static Object orEmpty(@Nullable Object value) {
        return value == null ? TreeMap.dynamic() : value;
    }
}
