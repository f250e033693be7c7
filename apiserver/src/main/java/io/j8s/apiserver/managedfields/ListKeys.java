package io.j8s.apiserver.managedfields;

import io.j8s.apiserver.managedfields.WalkException.Problem;
import io.j8s.apiserver.schema.FieldSchema;
import io.j8s.apiserver.schema.FieldSchema.ListType;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.ValueType;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Gives elements of sets and of lists by key their identities.
final class ListKeys {

    private static final String LOCAL_OBJECT_REFERENCE = "io.k8s.api.core.v1.LocalObjectReference";

    private ListKeys() {}

    /// The elements by identity in order of their first appearance; more than one where identities
    /// repeat.
    static Map<PathElement, List<Object>> index(
            @Nullable Object list, FieldSchema field, List<PathElement> path) {
        var out = new LinkedHashMap<PathElement, List<Object>>();
        if (list instanceof TreeList elements) {
            for (int i = 0; i < elements.size(); i++) {
                Object element = elements.get(i);
                out.computeIfAbsent(element(element, i, field, path), _ -> new ArrayList<>(1))
                        .add(element);
            }
        }
        return out;
    }

    /// The identities of all elements in order.
    static List<PathElement> elements(
            @Nullable Object list, FieldSchema field, List<PathElement> path) {
        var out = new ArrayList<PathElement>();
        if (list instanceof TreeList elements) {
            for (int i = 0; i < elements.size(); i++) {
                out.add(element(elements.get(i), i, field, path));
            }
        }
        return out;
    }

    /// As a lookup; identities that repeat have [Tree#NULL], which merges with nothing.
    static Map<PathElement, Object> unique(@Nullable Object list, List<PathElement> identities) {
        var out = new HashMap<PathElement, Object>();
        if (list instanceof TreeList elements) {
            for (int i = 0; i < elements.size(); i++) {
                out.merge(identities.get(i), elements.get(i), (_, _) -> Tree.NULL);
            }
        }
        return out;
    }

    static PathElement element(
            Object element, int place, FieldSchema field, List<PathElement> path) {
        return field.listType() == ListType.MAP
                ? key(element, place, field, path)
                : value(element, place, path);
    }

    private static PathElement value(Object element, int place, List<PathElement> path) {
        if (element instanceof TreeList) {
            throw problem(path, place, "not supported: associative list with lists as elements");
        }
        if (GoView.isMap(element)) {
            throw problem(
                    path, place, "associative list without keys has an element that's a map type");
        }
        if (element == Tree.NULL) {
            throw problem(
                    path,
                    place,
                    "associative list without keys has an element that's an explicit null");
        }
        return new PathElement.Value(element);
    }

    private static PathElement key(
            Object element, int place, FieldSchema field, List<PathElement> path) {
        if (element == Tree.NULL) {
            throw problem(path, place, "associative list with keys may not have a null element");
        }
        if (!GoView.isMap(element)) {
            throw problem(path, place, "associative list with keys may not have non-map elements");
        }
        var type = GoView.elementType(field.type());
        var parts = new ArrayList<PathElement.Part>(field.listKeys().size());
        for (String name : field.listKeys()) {
            Object value = GoView.get(element, name);
            if (value == null) {
                value = defaultOf(type, name);
            }
            if (value != null) {
                parts.add(new PathElement.Part(name, value));
            }
        }
        if (parts.isEmpty()) {
            throw problem(
                    path,
                    place,
                    field.listKeys().stream()
                            .map(FieldErrors::quote)
                            .collect(
                                    Collectors.joining(
                                            " ",
                                            "associative list with keys has an element that omits"
                                                    + " all key fields [",
                                            "] (and doesn't have default values for any key"
                                                    + " fields)")));
        }
        return new PathElement.Key(parts);
    }

    private static @Nullable Object defaultOf(ValueType type, String name) {
        var field = type instanceof TypeSchema struct ? struct.field(name) : null;
        if (field == null) {
            return null;
        }
        if (field.declaringType().equals(LOCAL_OBJECT_REFERENCE)) {
            return ""; // upstream's type states it, and the table leaves out all zero defaults
        }
        Object stated = field.defaultValue();
        return stated != null ? stated : GoView.zeroDefault(field);
    }

    private static WalkException problem(List<PathElement> path, int place, String message) {
        return new WalkException(
                List.of(
                        new Problem(
                                path.stream()
                                        .map(PathElement::toString)
                                        .collect(Collectors.joining()),
                                "element " + place + ": " + message)));
    }
}
