package io.j8s.apiserver.managedfields;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Raw;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;

/// Field sets as they are stored: `{"f:spec":{"f:replicas":{}}}`, with `.` for a path itself,
/// `k:{…}` for associative lists, `v:…` for sets and `i:N` for places.
final class FieldsV1 {

    private FieldsV1() {}

    static Raw encode(FieldSet set) {
        var out = new StringBuilder(256).append('{');
        content(out, set, true);
        return Raw.of(out.append('}').toString().getBytes(UTF_8));
    }

    /// @throws IllegalArgumentException when it is no field set
    static FieldSet decode(Raw raw) {
        if (!(JsonCodec.readDynamic(raw.bytes()) instanceof TreeMap map)) {
            throw new IllegalArgumentException("managed fields are no object");
        }
        return decode(map);
    }

    private static void content(StringBuilder out, FieldSet set, boolean first) {
        boolean[] isFirst = {first};
        set.forLevel((element, member, below) -> {
            if (!member && below.isEmpty()) {
                return;
            }
            if (!isFirst[0]) {
                out.append(',');
            }
            isFirst[0] = false;
            quote(out, text(element), false);
            out.append(":{");
            if (!below.isEmpty()) {
                if (member) {
                    out.append("\".\":{}");
                }
                content(out, below, !member);
            }
            out.append('}');
        });
    }

    private static String text(PathElement element) {
        return switch (element) {
            case PathElement.Field(var name) -> "f:" + name;
            case PathElement.Value(var value) -> {
                var out = new StringBuilder("v:");
                scalar(out, value);
                yield out.toString();
            }
            case PathElement.Index(var index) -> "i:" + index;
            case PathElement.Key(var parts) -> {
                var out = new StringBuilder("k:{");
                for (int i = 0; i < parts.size(); i++) {
                    if (i > 0) {
                        out.append(',');
                    }
                    quote(out, parts.get(i).name(), false);
                    out.append(':');
                    scalar(out, parts.get(i).value());
                }
                yield out.append('}').toString();
            }
        };
    }

    private static void scalar(StringBuilder out, Object value) {
        switch (value) {
            case String text -> quote(out, text, true);
            case Num number -> out.append(number.literal());
            case Boolean flag -> out.append(flag);
            default -> out.append("null");
        }
    }

    private static void quote(StringBuilder out, String text, boolean html) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    boolean escaped =
                            c < 0x20
                                    || (html && (c == '<' || c == '>' || c == '&'))
                                    || c == 0x2028
                                    || c == 0x2029;
                    if (escaped) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static FieldSet decode(TreeMap map) {
        var set = new FieldSet();
        for (var entry : map.entries()) {
            if (entry.getKey().equals(".")) {
                continue; // belongs to the level above
            }
            var element = element(entry.getKey());
            if (element == null) {
                continue; // upstream skips what it does not know
            }
            if (!(entry.getValue() instanceof TreeMap below)) {
                throw new IllegalArgumentException("managed fields hold no object");
            }
            if (below.isEmpty() || below.has(".")) {
                set.insertMember(element);
            }
            if (below.size() > (below.has(".") ? 1 : 0)) {
                set.attach(element, decode(below));
            }
        }
        return set;
    }

    private static @Nullable PathElement element(String text) {
        if (text.length() < 2 || text.charAt(1) != ':') {
            throw new IllegalArgumentException("missing colon: " + text);
        }
        String rest = text.substring(2);
        return switch (text.charAt(0)) {
            case 'f' -> new PathElement.Field(rest);
            case 'v' -> new PathElement.Value(JsonCodec.readDynamic(rest.getBytes(UTF_8)));
            case 'k' -> key(rest);
            case 'i' -> new PathElement.Index(Integer.parseInt(rest));
            default -> null;
        };
    }

    private static PathElement key(String text) {
        if (!(JsonCodec.readDynamic(text.getBytes(UTF_8)) instanceof TreeMap map)) {
            throw new IllegalArgumentException("a key is no object: " + text);
        }
        var parts = new ArrayList<PathElement.Part>();
        for (var entry : map.entries()) {
            Object value = entry.getValue();
            parts.add(
                    new PathElement.Part(
                            entry.getKey(), Scalars.isScalar(value) ? value : Tree.NULL));
        }
        return new PathElement.Key(parts);
    }
}
