package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

/// The defaults that the table states (`+default` markers, structural schemas): set where a field
/// is absent, below every struct that is there. Pure; changes the tree it is given.
public final class TableDefaults {

    private TableDefaults() {}

    public static void apply(Tree tree) {
        var type = tree.type();
        var fields = type.fieldArray();
        for (int i = 0; i < fields.length; i++) {
            var field = fields[i];
            Object value = tree.value(i);
            Object standard = field.defaultValue();
            if (standard != null && isUnset(type, field, value)) {
                value = Values.of(field.type(), standard);
                tree.setValue(i, value instanceof Tree made ? made : Values.copy(value));
                value = tree.value(i);
            }
            value = madeByGo(tree, i, field, value);
            if (value != null) {
                below(value);
            }
        }
    }

    private static boolean isUnset(TypeSchema type, FieldSchema field, @Nullable Object value) {
        return value == null
                // a null stands in a custom resource unless the default says that it may not
                || value == Tree.NULL
                || (!type.isCustom() && !field.pointer() && Values.isZeroScalar(value));
    }

    /// A struct that is no pointer is always there in Go, so its defaults apply even when the
    /// client sent nothing of it.
    private static @Nullable Object madeByGo(
            Tree tree, int index, FieldSchema field, @Nullable Object value) {
        if ((value != null && value != Tree.NULL)
                || field.pointer()
                || !(field.type() instanceof TypeSchema struct)
                || !struct.hasDefaultsBelow()) {
            return value;
        }
        var made = new Tree(struct);
        tree.setValue(index, made);
        return made;
    }

    private static void below(Object value) {
        switch (value) {
            case Tree tree -> apply(tree);
            case TreeList list -> {
                if (mayHold(list.elementType())) {
                    list.forEach(TableDefaults::below);
                }
            }
            case TreeMap map -> {
                if (mayHold(map.valueType())) {
                    map.forEach((_, child) -> below(child));
                }
            }
            default -> {}
        }
    }

    private static boolean mayHold(ValueType type) {
        return switch (type) {
            case TypeSchema _ -> true;
            case ValueType.ListOf list -> mayHold(list.element());
            case ValueType.MapOf map -> mayHold(map.value());
            case ValueType.Scalar _ -> false;
        };
    }
}
