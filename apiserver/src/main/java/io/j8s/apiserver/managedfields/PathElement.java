package io.j8s.apiserver.managedfields;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/// One step of a field path. The order is upstream's, which decides how field sets are written:
/// fields, then keys, values and indexes.
sealed interface PathElement extends Comparable<PathElement> {

    /// A field of a struct or a key of a map.
    record Field(String name) implements PathElement {
        @Override
        public String toString() {
            return "." + name;
        }
    }

    /// An element of an associative list, by its keys in order of their names.
    record Key(List<Part> parts) implements PathElement {

        public Key {
            parts = parts.stream().sorted(Comparator.comparing(Part::name)).toList();
        }

        @Override
        public String toString() {
            return parts.stream()
                    .map(p -> p.name + "=" + Scalars.print(p.value))
                    .collect(Collectors.joining(",", "[", "]"));
        }
    }

    /// @param value text, [io.j8s.apiserver.schema.Num], Boolean or null
    record Part(String name, Object value) {}

    /// An element of a set.
    record Value(Object value) implements PathElement {
        @Override
        public String toString() {
            return "[=" + Scalars.print(value) + "]";
        }
    }

    /// An element of a list by place; such paths only come from outside.
    record Index(int index) implements PathElement {
        @Override
        public String toString() {
            return "[" + index + "]";
        }
    }

    private int rank() {
        return switch (this) {
            case Field _ -> 0;
            case Key _ -> 1;
            case Value _ -> 2;
            case Index _ -> 3;
        };
    }

    @Override
    default int compareTo(PathElement other) {
        int byRank = Integer.compare(rank(), other.rank());
        if (byRank != 0) {
            return byRank;
        }
        return switch (this) {
            case Field(var name) -> name.compareTo(((Field) other).name);
            case Key(var parts) -> compare(parts, ((Key) other).parts);
            case Value(var value) -> Scalars.compare(value, ((Value) other).value);
            case Index(var index) -> Integer.compare(index, ((Index) other).index);
        };
    }

    private static int compare(List<Part> a, List<Part> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int byName = a.get(i).name.compareTo(b.get(i).name);
            if (byName != 0) {
                return byName;
            }
            int byValue = Scalars.compare(a.get(i).value, b.get(i).value);
            if (byValue != 0) {
                return byValue;
            }
        }
        return Integer.compare(a.size(), b.size());
    }
}
