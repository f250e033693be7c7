package io.j8s.apiserver.managedfields;

import io.j8s.apiserver.schema.FieldSchema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.ValueType;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Which fields an object has (upstream: `ToFieldSet`), and which members a set gains by its type
/// (upstream: `EnsureNamedFieldsAreMembers`).
final class FieldSets {

    private FieldSets() {}

    /// All fields of an object, leaves and the elements of lists and maps.
    static FieldSet of(Object object, TypeSchema type) {
        var set = new FieldSet();
        map(object, type, set, new ArrayList<>());
        return set;
    }

    private static void value(
            Object value,
            ValueType type,
            @Nullable FieldSchema field,
            FieldSet set,
            List<PathElement> path) {
        switch (GoView.form(type, field, value)) {
            case LEAF -> set.insert(path);
            case STRUCT, MAP -> {
                if (GoView.isMap(value)) {
                    map(value, type, set, path);
                }
            }
            case LIST -> {
                if (value instanceof TreeList list) {
                    list(list, Objects.requireNonNull(field), set, path);
                }
            }
        }
    }

    private static void map(Object map, ValueType type, FieldSet set, List<PathElement> path) {
        GoView.forEach(
                map,
                type,
                (name, field, entryType, value) -> {
                    path.add(new PathElement.Field(name));
                    value(value, entryType, field, set, path);
                    boolean empty = GoView.isMap(value) && GoView.isEmptyMap(value);
                    if (value == Tree.NULL || empty || field == null) {
                        set.insert(path);
                    }
                    path.removeLast();
                });
    }

    private static void list(
            TreeList list, FieldSchema field, FieldSet set, List<PathElement> path) {
        var type = GoView.elementType(field.type());
        ListKeys.index(list, field, path)
                .forEach((element, found) -> {
                    path.add(element);
                    if (found.size() == 1) { // repeated identities are owned as a whole
                        value(found.getFirst(), type, null, set, path);
                    }
                    set.insert(path);
                    path.removeLast();
                });
    }

    /// Declared fields that have something below them become members, so that taking away all that
    /// is below takes them away too.
    static FieldSet withNamedFields(FieldSet set, ValueType type) {
        return set.withMembers(
                element ->
                        element instanceof PathElement.Field(var name)
                                && GoView.field(type, name) != null,
                (element, below) -> {
                    if (element instanceof PathElement.Field(var name)) {
                        var child = GoView.field(type, name);
                        return withNamedFields(below, GoView.entryType(type, child));
                    }
                    return withNamedFields(below, GoView.elementType(type));
                });
    }
}
