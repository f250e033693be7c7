package io.j8s.apiserver.schema;

/// The names of Go types that decoding errors show. Pure.
final class GoTypes {

    private GoTypes() {}

    /// The type at a field, or some levels inside its lists and maps.
    static String name(FieldSchema field, ValueType type, int inside) {
        String stated = field.goType();
        if (stated.isEmpty()) {
            return name(type);
        }
        for (int i = 0; i < inside; i++) {
            if (stated.startsWith("[]")) {
                stated = stated.substring(2);
            } else if (stated.startsWith("map[")) {
                stated = stated.substring(stated.indexOf(']') + 1);
            } else {
                return name(type); // a named list or map
            }
        }
        return stated;
    }

    /// The type some levels inside of lists and maps.
    static ValueType inside(ValueType type, int levels) {
        ValueType found = type;
        for (int i = 0; i < levels; i++) {
            found =
                    switch (found) {
                        case ValueType.ListOf list -> list.element();
                        case ValueType.MapOf map -> map.value();
                        case TypeSchema _, ValueType.Scalar _ -> found;
                    };
        }
        return found;
    }

    static String name(ValueType type) {
        return switch (type) {
            case ValueType.Scalar scalar -> scalar.goName();
            case ValueType.ListOf list -> "[]" + name(list.element());
            case ValueType.MapOf map -> "map[string]" + name(map.value());
            case TypeSchema named -> {
                String name = named.name();
                int last = name.lastIndexOf('.');
                yield name.substring(name.lastIndexOf('.', last - 1) + 1);
            }
        };
    }
}
