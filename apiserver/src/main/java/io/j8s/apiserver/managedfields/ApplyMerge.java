package io.j8s.apiserver.managedfields;

import io.j8s.apiserver.schema.FieldSchema;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.ValueType;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Objects;

/// Lays an applied configuration over the live object: applied leaves win, what is not applied
/// stays (upstream: `typed.Merge`). The result shares parts of both.
///
/// List order follows upstream: the applied order rules for what both have, and live elements keep
/// their places between. Live `[a b c]`, applied `[c x a]` gives `[b c x a]`.
final class ApplyMerge {

    private ApplyMerge() {}

    static Object merge(Object live, Object applied, TypeSchema type) {
        Object out = map(live, applied, type);
        return out == null ? TreeMap.dynamic() : out;
    }

    private static @Nullable Object value(
            ValueType type,
            @Nullable FieldSchema field,
            @Nullable Object live,
            @Nullable Object applied) {
        Object sample = applied == null || !GoView.isMap(applied) ? live : applied;
        return switch (GoView.form(type, field, sample == null ? applied : sample)) {
            case LEAF -> leaf(live, applied);
            case STRUCT, MAP ->
                    isEmptyMap(live) && isEmptyMap(applied)
                            ? leaf(live, applied)
                            : map(live, applied, type);
            case LIST ->
                    GoView.isEmptyList(live) && GoView.isEmptyList(applied)
                            ? leaf(live, applied)
                            : list(live, applied, Objects.requireNonNull(field));
        };
    }

    private static @Nullable Object leaf(@Nullable Object live, @Nullable Object applied) {
        return applied != null ? applied : live;
    }

    private static boolean isEmptyMap(@Nullable Object value) {
        return !GoView.isMap(value) || GoView.isEmptyMap(value);
    }

    private static @Nullable Object map(
            @Nullable Object live, @Nullable Object applied, ValueType type) {
        if (applied == null || !GoView.isMap(applied)) {
            return live;
        }
        var out = TreeMap.dynamic();
        if (live != null && GoView.isMap(live)) {
            GoView.forEach(
                    live,
                    type,
                    (name, field, entryType, value) ->
                            put(
                                    out,
                                    name,
                                    value(entryType, field, value, GoView.get(applied, name))));
        }
        GoView.forEach(
                applied,
                type,
                (name, field, entryType, value) -> {
                    if (GoView.get(live, name) == null) {
                        put(out, name, value(entryType, field, null, value));
                    }
                });
        return out.isEmpty() ? null : out;
    }

    private static void put(TreeMap out, String name, @Nullable Object value) {
        if (value != null) {
            out.putValue(name, value);
        }
    }

    private static @Nullable Object list(
            @Nullable Object live, @Nullable Object applied, FieldSchema field) {
        if (GoView.isEmptyList(applied)) {
            return live;
        }
        var type = GoView.elementType(field.type());
        var left = ListKeys.elements(live, field, java.util.List.of());
        var right = ListKeys.elements(applied, field, java.util.List.of());
        var leftItems = ListKeys.unique(live, left);
        var rightItems = ListKeys.unique(applied, right);
        var shared = new ArrayDeque<PathElement>();
        for (var element : right) {
            if (leftItems.containsKey(element)) {
                shared.add(element);
            }
        }
        var out = TreeList.dynamic();
        var merged = new HashSet<PathElement>();
        PathElement next = shared.poll();
        int i = 0;
        int j = 0;
        while (i < left.size() || j < right.size()) {
            if (i < left.size() && j < right.size()) {
                var element = left.get(i);
                if (element.equals(right.get(j))) {
                    merged.add(element);
                    add(out, type, leftItems.get(element), rightItems.get(element));
                    i++;
                    j++;
                    next = shared.poll();
                    continue;
                }
                if (rightItems.containsKey(element) && next != null && !next.equals(element)) {
                    i++; // both have it, but another one is due first
                    continue;
                }
            }
            if (i < left.size()) {
                var element = left.get(i);
                if (!rightItems.containsKey(element)) {
                    add(out, type, ((TreeList) Objects.requireNonNull(live)).get(i), null);
                    i++;
                    continue;
                }
                if (merged.contains(element)) {
                    i++;
                }
            }
            if (j < right.size()) {
                var element = right.get(j);
                merged.add(element);
                add(out, type, leftItems.get(element), rightItems.get(element));
                j++;
                if (element.equals(next)) {
                    next = shared.poll();
                }
            }
        }
        return out.isEmpty() ? null : out;
    }

    private static void add(
            TreeList out, ValueType type, @Nullable Object live, @Nullable Object applied) {
        Object merged = value(type, null, live, applied);
        if (merged != null) {
            out.addValue(merged);
        }
    }
}
