package io.j8s.apiserver.managedfields;

import io.j8s.apiserver.schema.FieldSchema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.ValueType;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;

/// Takes fields out of an object (upstream: `RemoveItems`). The result shares the parts that stay.
final class Removal {

    private Removal() {}

    static Object without(Object object, FieldSet removed, TypeSchema type) {
        return removed.isEmpty() ? object : value(object, removed, type, null);
    }

    /// What is left; null in JSON where nothing is, as upstream leaves it.
    private static Object value(
            Object value, FieldSet removed, ValueType type, @Nullable FieldSchema field) {
        return switch (GoView.form(type, field, value)) {
            case LEAF -> isScalar(value) ? value : Tree.NULL;
            case STRUCT, MAP -> GoView.isMap(value) ? map(value, removed, type) : Tree.NULL;
            case LIST ->
                    value instanceof TreeList list
                            ? list(list, removed, Objects.requireNonNull(field))
                            : Tree.NULL;
        };
    }

    private static boolean isScalar(Object value) {
        return !GoView.isMap(value) && !(value instanceof TreeList);
    }

    private static Object map(Object map, FieldSet removed, ValueType type) {
        var out = TreeMap.dynamic();
        GoView.forEach(
                map,
                type,
                (name, field, entryType, value) -> {
                    var element = new PathElement.Field(name);
                    if (!removed.hasMember(element)) {
                        var below = removed.below(element);
                        out.putValue(
                                name,
                                below.isEmpty() ? value : value(value, below, entryType, field));
                    }
                });
        return out.isEmpty() ? Tree.NULL : out;
    }

    private static Object list(TreeList list, FieldSet removed, FieldSchema field) {
        var out = TreeList.dynamic();
        var type = GoView.elementType(field.type());
        for (int i = 0; i < list.size(); i++) {
            Object item = list.get(i);
            var element = ListKeys.element(item, i, field, List.of());
            if (!removed.hasMember(element)) {
                var below = removed.below(element);
                out.addValue(below.isEmpty() ? item : value(item, below, type, null));
            }
        }
        return out.isEmpty() ? Tree.NULL : out;
    }
}
