package io.j8s.apiserver.schema;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.j8s.apiserver.schema.FieldSchema.ListType;
import io.j8s.apiserver.schema.FieldSchema.MapType;
import io.j8s.machinery.meta.GroupVersionKind;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// `schema.json`: one line for the head of a type, one for each field. Only the heads are read at
/// start; the lines of a type are parsed when it is first used, which few of the 1,273 are.
final class SchemaFile {

    private static final String PLAIN_HEAD = "\":{\"fields\":[";

    private final String text;
    private final byte[] bytes;
    private final Map<String, TypeSchema> types = HashMap.newHashMap(1400);

    SchemaFile(byte[] bytes) {
        this.bytes = bytes;
        this.text = new String(bytes, ISO_8859_1); // only searched, so that search is fast
        int at = text.indexOf("\n\"");
        while (at >= 0) {
            int end = text.indexOf("\n\"", at + 2);
            head(at + 1, end < 0 ? text.lastIndexOf('}') : end);
            at = end;
        }
    }

    Map<String, TypeSchema> types() {
        return types;
    }

    /// `"io.k8s…Pod":{"gvk":["/v1/Pod"],"codec":"time","map":"atomic","fields":[` and the lines
    /// below.
    private void head(int from, int to) {
        int nameEnd = text.indexOf('"', from + 1);
        String name = text.substring(from + 1, nameEnd);
        if (text.startsWith(PLAIN_HEAD, nameEnd)) { // as most are
            int plainRows = nameEnd + PLAIN_HEAD.length() - 1;
            add(name, ValueType.STRUCT, List.of(), MapType.UNSTATED, plainRows, to);
            return;
        }
        int fields = text.indexOf("\"fields\":[", nameEnd);
        String head = text.substring(nameEnd, fields);
        String codec = attribute(head, "\"codec\":\"");
        String map = attribute(head, "\"map\":\"");
        var kinds = new ArrayList<GroupVersionKind>();
        if (text.startsWith("\"gvk\":[", nameEnd + 3)) {
            int close = text.indexOf(']', nameEnd);
            int at = nameEnd + 10;
            while (at < close) {
                int first = text.indexOf('/', at);
                int second = text.indexOf('/', first + 1);
                int end = text.indexOf('"', second);
                kinds.add(
                        new GroupVersionKind(
                                text.substring(at + 1, first),
                                text.substring(first + 1, second),
                                text.substring(second + 1, end)));
                at = end + 2;
            }
        }
        add(name, tag(codec), kinds, mapType(map), fields + "\"fields\":".length(), to);
    }

    private void add(
            String name, int tag, List<GroupVersionKind> kinds, MapType map, int rowsFrom, int to) {
        types.put(
                name,
                new TypeSchema(
                        name,
                        tag,
                        kinds,
                        map,
                        false,
                        false,
                        () -> rows(name, rowsFrom, text.lastIndexOf(']', to) + 1)));
    }

    private static String attribute(String head, String key) {
        int at = head.indexOf(key);
        return at < 0
                ? ""
                : head.substring(at + key.length(), head.indexOf('"', at + key.length()));
    }

    private static int tag(String codec) {
        return switch (codec) {
            case "" -> ValueType.STRUCT;
            case "quantity" -> ValueType.QUANTITY;
            case "time" -> ValueType.TIME;
            case "microTime" -> ValueType.MICRO_TIME;
            case "duration" -> ValueType.DURATION;
            case "intOrString" -> ValueType.INT_OR_STRING;
            case "raw" -> ValueType.RAW;
            case "items" -> ValueType.ITEMS;
            case "schemaOrBool" -> ValueType.SCHEMA_OR_BOOL;
            case "schemaOrArray" -> ValueType.SCHEMA_OR_ARRAY;
            case "schemaOrStringArray" -> ValueType.SCHEMA_OR_STRING_ARRAY;
            case "envelope" -> ValueType.ENVELOPE;
            default -> throw new IllegalStateException("unknown codec " + codec);
        };
    }

    private TypeSchema.Rows rows(String name, int from, int to) {
        var lines = (TreeList) JsonReader.readDynamic(Arrays.copyOfRange(bytes, from, to));
        var fields = new ArrayList<FieldSchema>();
        var entries = new ArrayList<ProtoLayout.Entry>();
        for (Object line : lines) {
            row(name, (TreeMap) line, fields, entries);
        }
        return new TypeSchema.Rows(fields, new ProtoLayout(entries));
    }

    private void row(
            String owner, TreeMap line, List<FieldSchema> fields, List<ProtoLayout.Entry> entries) {
        int proto = proto(line);
        if (line.bool("inline") != null) {
            var inlined = (TypeSchema) type(line.string("type", ""));
            entries.add(new ProtoLayout.Entry(proto, -1, inlined.layout().shifted(fields.size())));
            inlined.fields().forEach(field -> fields.add(field.inlined(inlined.goName())));
            return;
        }
        if (proto > 0) {
            entries.add(new ProtoLayout.Entry(proto, fields.size(), null));
        }
        fields.add(
                new FieldSchema(
                        line.string("name", ""),
                        type(line.string("type", "")),
                        proto,
                        line.bool("ptr") != null,
                        line.bool("omitempty") != null,
                        line.bool("omitzero") != null,
                        line.bool("required") != null,
                        line.get("default"),
                        strings(line.list("enum")),
                        line.string("format", ""),
                        line.string("patch", ""),
                        line.string("patchKey", ""),
                        listType(line.string("list", "")),
                        strings(line.list("keys")),
                        mapType(line.string("map", "")),
                        owner,
                        line.string("go", ""),
                        ""));
    }

    private static int proto(TreeMap line) {
        var number = line.number("proto");
        return number == null ? 0 : number.intValue();
    }

    private static List<String> strings(@Nullable TreeList list) {
        return list == null ? List.of() : list.strings();
    }

    private ValueType type(String expression) {
        if (expression.startsWith("[]")) {
            return new ValueType.ListOf(type(expression.substring(2)));
        }
        if (expression.startsWith("{}")) {
            return new ValueType.MapOf(type(expression.substring(2)));
        }
        return switch (expression) {
            case "string" -> ValueType.Scalar.STRING;
            case "bytes" -> ValueType.Scalar.BYTES;
            case "bool" -> ValueType.Scalar.BOOL;
            case "int32" -> ValueType.Scalar.INT32;
            case "int64" -> ValueType.Scalar.INT64;
            case "double" -> ValueType.Scalar.DOUBLE;
            case "any" -> ValueType.Scalar.ANY;
            default -> {
                var named = types.get(expression);
                if (named == null) {
                    throw new IllegalStateException("no such type: " + expression);
                }
                yield named;
            }
        };
    }

    private static ListType listType(String text) {
        return switch (text) {
            case "" -> ListType.UNSTATED;
            case "atomic" -> ListType.ATOMIC;
            case "set" -> ListType.SET;
            case "map" -> ListType.MAP;
            default -> throw new IllegalStateException("unknown list type " + text);
        };
    }

    private static MapType mapType(String text) {
        return switch (text) {
            case "" -> MapType.UNSTATED;
            case "atomic" -> MapType.ATOMIC;
            case "granular" -> MapType.GRANULAR;
            default -> throw new IllegalStateException("unknown map type " + text);
        };
    }
}
