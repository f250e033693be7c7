package io.j8s.apiserver.resources.rules;

import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.errors.Verbatim;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A value as upstream's messages show it: the JSON that Go makes of its internal types, which have
/// Go's field names and every field (`facts/internals.tsv`, made by the program `internals` of
/// `src/test/oracle-rules`). Pure.
public final class GoValue {

    private static final String OMITTED = "?";
    private static final String ABSENT = "-";

    /// By the schema's type name; a type that has none is printed as it is sent.
    private static final Map<String, List<Field>> FIELDS = load();

    private GoValue() {}

    /// @param key in Go's JSON; `*` where the fields of the struct stand in its place
    /// @param name in ours; `-` when there is none
    /// @param zero the JSON of an absent field; `{TYPE` for an empty struct, `?` for none
    private record Field(String key, String name, String zero) {}

    private static Map<String, List<Field>> load() {
        var out = new HashMap<String, List<Field>>();
        try (var in =
                        Objects.requireNonNull(
                                GoValue.class.getResourceAsStream("/io/j8s/facts/internals.tsv"));
                var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            lines.lines()
                    .forEach(line -> {
                        int tab = line.indexOf('\t');
                        var fields =
                                line.substring(tab + 1)
                                        .lines()
                                        .flatMap(all -> java.util.Arrays.stream(all.split(" ")))
                                        .filter(text -> text.indexOf('=') > 0)
                                        .map(GoValue::field)
                                        .toList();
                        out.put(line.substring(0, tab), fields);
                    });
        } catch (IOException e) {
            throw new IllegalStateException("no internals.tsv", e);
        }
        return Map.copyOf(out);
    }

    private static Field field(String text) {
        String[] parts = text.split("=", 3);
        return new Field(parts[0], parts[1], parts[2].replace('\'', '"'));
    }

    /// What messages show of a value: structs, lists and maps in Go's JSON, others as they are.
    public static @Nullable Object shown(@Nullable Object value) {
        return switch (value) {
            case Tree tree -> new Verbatim(json(tree));
            case TreeList list -> new Verbatim(json(list));
            case TreeMap map -> new Verbatim(json(map));
            case null, default -> value;
        };
    }

    /// In one line.
    public static String json(@Nullable Object value) {
        var out = new StringBuilder();
        write(out, value, "", "", "");
        return out.toString();
    }

    /// In lines, indented by one space (Go's `json.MarshalIndent(value, "", " ")`).
    public static String lines(@Nullable Object value) {
        var out = new StringBuilder();
        write(out, value, "\n", " ", " ");
        return out.toString();
    }

    /// What differs between two values, as messages about forbidden changes say it (upstream:
    /// `diff.Diff`).
    public static String difference(@Nullable Object before, @Nullable Object after) {
        return UnifiedDiff.of(lines(before), lines(after));
    }

    /// As [#difference(Object, Object)], of two structs but for some of their fields.
    public static String difference(Tree before, Tree after, java.util.Set<String> without) {
        return UnifiedDiff.of(lines(before, without), lines(after, without));
    }

    private static String lines(Tree tree, java.util.Set<String> without) {
        var out = new StringBuilder("{");
        String comma = "";
        for (var field : FIELDS.getOrDefault(tree.type().name(), List.of())) {
            if (!without.contains(field.name())) {
                out.append(comma).append("\n \"").append(field.key()).append("\": ");
                comma = ",";
                Object value = tree.get(field.name());
                if (value == null) {
                    out.append(field.zero());
                } else {
                    write(out, value, "\n ", " ", " ");
                }
            }
        }
        return out.append("\n}").toString();
    }

    private static void write(
            StringBuilder out, @Nullable Object value, String line, String step, String colon) {
        switch (value) {
            case null -> out.append("null");
            case Tree tree when FIELDS.containsKey(tree.type().name()) ->
                    struct(out, tree, tree.type().name(), line, step, colon);
            case Tree tree -> out.append(jsonText(tree));
            case TreeList list -> list(out, list, line, step, colon);
            case TreeMap map -> map(out, map, line, step, colon);
            default -> out.append(jsonText(value));
        }
    }

    private static String jsonText(Object value) {
        return new String(JsonCodec.writeValue(value), StandardCharsets.UTF_8);
    }

    private static void struct(
            StringBuilder out,
            @Nullable Tree tree,
            String type,
            String line,
            String step,
            String colon) {
        out.append('{');
        String inner = line.isEmpty() ? "" : line + step;
        if (!fields(out, tree, type, inner, step, colon, true)) {
            out.append(line);
        }
        out.append('}');
    }

    /// @return whether nothing was written so far
    private static boolean fields(
            StringBuilder out,
            @Nullable Tree tree,
            String type,
            String line,
            String step,
            String colon,
            boolean isFirst) {
        boolean first = isFirst;
        for (var field : FIELDS.getOrDefault(type, List.of())) {
            Object value =
                    tree == null || field.name().equals(ABSENT) ? null : tree.get(field.name());
            if (field.key().equals("*")) {
                first =
                        fields(
                                out,
                                value instanceof Tree child ? child : null,
                                field.zero().substring(1),
                                line,
                                step,
                                colon,
                                first);
                continue;
            }
            if (field.zero().equals(OMITTED) && isEmpty(value)) {
                continue;
            }
            out.append(first ? "" : ",").append(line);
            first = false;
            out.append('"').append(field.key()).append("\":").append(colon);
            if (value != null) {
                write(out, value, line, step, colon);
            } else if (field.zero().startsWith("{")) {
                struct(out, null, field.zero().substring(1), line, step, colon);
            } else {
                out.append(field.zero());
            }
        }
        return first;
    }

    /// What Go's `omitempty` leaves out.
    private static boolean isEmpty(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case TreeList list -> list.isEmpty();
            case TreeMap map -> map.isEmpty();
            case String text -> text.isEmpty();
            default -> false;
        };
    }

    private static void list(
            StringBuilder out, TreeList list, String line, String step, String colon) {
        String inner = line.isEmpty() ? "" : line + step;
        out.append('[');
        for (int i = 0; i < list.size(); i++) {
            out.append(i == 0 ? "" : ",").append(inner);
            write(out, list.get(i), inner, step, colon);
        }
        out.append(list.isEmpty() ? "" : line).append(']');
    }

    private static void map(
            StringBuilder out, TreeMap map, String line, String step, String colon) {
        String inner = line.isEmpty() ? "" : line + step;
        out.append('{');
        String comma = "";
        for (String key : map.sortedKeys()) {
            out.append(comma).append(inner).append(jsonText(key)).append(':').append(colon);
            comma = ",";
            write(out, map.get(key), inner, step, colon);
        }
        out.append(map.isEmpty() ? "" : line).append('}');
    }
}
