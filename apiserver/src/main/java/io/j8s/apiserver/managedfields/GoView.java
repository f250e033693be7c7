package io.j8s.apiserver.managedfields;

import io.j8s.apiserver.schema.FieldSchema;
import io.j8s.apiserver.schema.FieldSchema.MapType;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Raw;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.ValueType;

import org.jspecify.annotations.Nullable;

/// Sees trees as Go sees its structs in JSON form: a struct that is no pointer is always there, an
/// empty list with `omitempty` never. Upstream's field sets are made from that view, so ours must
/// be.
///
/// Values here are tree values, [Tree#NULL] for JSON null, and Java null for what is not there. A
/// struct may be a [Tree], or a [TreeMap] where it comes from a patch.
final class GoView {

    /// What the walks do with a value of some type.
    enum Form {
        /// Compared and owned as a whole: scalars, atomic lists, maps and structs.
        LEAF,
        STRUCT,
        MAP,
        /// A list whose elements have identities: sets and maps by key.
        LIST
    }

    private GoView() {}

    /// @param field the field that holds the value; null for elements of lists and maps
    static Form form(ValueType type, @Nullable FieldSchema field, @Nullable Object value) {
        return switch (type.tag()) {
            case ValueType.STRUCT -> isAtomic((TypeSchema) type, field) ? Form.LEAF : Form.STRUCT;
            case ValueType.MAP ->
                    field != null && field.mapType() == MapType.ATOMIC ? Form.LEAF : Form.MAP;
            case ValueType.LIST ->
                    field != null
                                    && (field.listType() == FieldSchema.ListType.SET
                                            || field.listType() == FieldSchema.ListType.MAP)
                            ? Form.LIST
                            : Form.LEAF;
            // upstream never looks into a RawExtension
            case ValueType.RAW ->
                    isMap(value) && !((TypeSchema) type).name().endsWith(".RawExtension")
                            ? Form.MAP
                            : Form.LEAF;
            // upstream deduces what has no schema: maps by key, all else as a whole
            case ValueType.ANY,
                    ValueType.DYNAMIC,
                    ValueType.SCHEMA_OR_BOOL,
                    ValueType.SCHEMA_OR_ARRAY,
                    ValueType.SCHEMA_OR_STRING_ARRAY ->
                    isMap(value) ? Form.MAP : Form.LEAF;
            default -> Form.LEAF;
        };
    }

    private static boolean isAtomic(TypeSchema type, @Nullable FieldSchema field) {
        var stated = field == null ? MapType.UNSTATED : field.mapType();
        return (stated == MapType.UNSTATED ? type.mapType() : stated) == MapType.ATOMIC;
    }

    static boolean isMap(@Nullable Object value) {
        return value instanceof Tree || value instanceof TreeMap;
    }

    /// Raw JSON opened up, everything else as it is.
    static @Nullable Object open(@Nullable Object value) {
        return value instanceof Raw raw ? JsonCodec.readDynamic(raw.bytes()) : value;
    }

    /// Receives the entries of a struct or map.
    interface Entries {

        /// @param field null where the entry is no declared field
        void entry(String name, @Nullable FieldSchema field, ValueType type, Object value);
    }

    /// Visits what Go would write of a struct or map.
    ///
    /// @param declared the type that the schema gives the value
    static void forEach(Object holder, ValueType declared, Entries entries) {
        if (holder instanceof Tree tree) {
            var type = tree.type();
            var fields = type.fields();
            for (int i = 0; i < fields.size(); i++) {
                var field = fields.get(i);
                Object value = effective(type, field, tree.value(i));
                if (value != null) {
                    entries.entry(field.name(), field, field.type(), value);
                }
            }
            var extras = tree.extras();
            if (extras != null) {
                extras.forEach((name, value) ->
                        entries.entry(name, null, ValueType.Scalar.DYNAMIC, value));
            }
        } else if (holder instanceof TreeMap map) {
            map.forEach((name, value) -> {
                var field = field(declared, name);
                Object opened = open(value);
                if (opened != null) {
                    entries.entry(name, field, entryType(declared, field), opened);
                }
            });
        }
    }

    /// One entry of a struct or map; null when Go would not write it.
    static @Nullable Object get(@Nullable Object holder, String name) {
        if (holder instanceof Tree tree) {
            int index = tree.type().index(name);
            if (index >= 0) {
                return effective(tree.type(), tree.type().fields().get(index), tree.value(index));
            }
            var extras = tree.extras();
            return extras == null ? null : extras.value(name);
        }
        return holder instanceof TreeMap map ? open(map.value(name)) : null;
    }

    static @Nullable FieldSchema field(ValueType declared, String name) {
        return declared instanceof TypeSchema type && type.isStruct() ? type.field(name) : null;
    }

    /// The type of a map's or struct's entry.
    static ValueType entryType(ValueType declared, @Nullable FieldSchema field) {
        if (field != null) {
            return field.type();
        }
        return declared instanceof ValueType.MapOf map ? map.value() : ValueType.Scalar.DYNAMIC;
    }

    static ValueType elementType(ValueType declared) {
        return declared instanceof ValueType.ListOf list
                ? list.element()
                : ValueType.Scalar.DYNAMIC;
    }

    static boolean isEmptyMap(@Nullable Object value) {
        if (value instanceof TreeMap map) {
            return map.isEmpty();
        }
        if (!(value instanceof Tree tree)) {
            return true;
        }
        var type = tree.type();
        var fields = type.fields();
        for (int i = 0; i < fields.size(); i++) {
            if (effective(type, fields.get(i), tree.value(i)) != null) {
                return false;
            }
        }
        return tree.extras() == null;
    }

    static boolean isEmptyList(@Nullable Object value) {
        return !(value instanceof TreeList list) || list.isEmpty();
    }

    /// What Go's encoder makes of one field.
    static @Nullable Object effective(
            TypeSchema owner, FieldSchema field, @Nullable Object stored) {
        if (owner.isCustom()) {
            return open(stored);
        }
        Object value = stored == Tree.NULL ? null : stored;
        if (value == null && field.pointer()) {
            return field.omitEmpty() ? null : Tree.NULL;
        }
        return switch (field.type().tag()) {
            case ValueType.STRUCT -> {
                boolean zero = value == null || ((Tree) value).isEmpty();
                if (zero && field.omitZero()) {
                    yield null;
                }
                yield value == null ? new Tree((TypeSchema) field.type()) : value;
            }
            case ValueType.TIME, ValueType.MICRO_TIME ->
                    value != null ? value : field.omitZero() ? null : Tree.NULL;
            case ValueType.QUANTITY -> value != null ? value : "0";
            case ValueType.INT_OR_STRING -> value != null ? value : Num.of(0);
            case ValueType.DURATION -> value != null ? value : "0s";
            case ValueType.RAW -> value != null ? open(value) : Tree.NULL;
            case ValueType.LIST, ValueType.MAP, ValueType.BYTES, ValueType.ITEMS -> {
                if (value == null) {
                    yield field.omitEmpty() ? null : Tree.NULL;
                }
                yield field.omitEmpty() && !field.pointer() && isEmpty(value) ? null : value;
            }
            case ValueType.STRING,
                    ValueType.BOOL,
                    ValueType.INT32,
                    ValueType.INT64,
                    ValueType.DOUBLE ->
                    scalar(field, value);
            default -> value == null ? null : open(value);
        };
    }

    /// The zero value that OpenAPI states as the default of fields that Go always writes.
    static @Nullable Object zeroDefault(FieldSchema field) {
        return field.pointer() || field.omitEmpty() ? null : scalar(field, null);
    }

    private static @Nullable Object scalar(FieldSchema field, @Nullable Object value) {
        if (field.pointer()) {
            return value;
        }
        boolean zero =
                switch (value) {
                    case null -> true;
                    case String text -> text.isEmpty();
                    case Boolean flag -> !flag;
                    case Num number -> number.isZero();
                    default -> false;
                };
        if (!zero) {
            return value;
        }
        if (field.omitEmpty()) {
            return null;
        }
        if (value != null) {
            return value;
        }
        return switch (field.type().tag()) {
            case ValueType.STRING -> "";
            case ValueType.BOOL -> false;
            default -> Num.of(0);
        };
    }

    private static boolean isEmpty(Object value) {
        return switch (value) {
            case TreeList list -> list.isEmpty();
            case TreeMap map -> map.isEmpty();
            case String text -> text.isEmpty();
            default -> false;
        };
    }

    /// Equal as Go's JSON forms are, numbers by value (upstream: `value.Equals`).
    @SuppressWarnings("ReferenceEquality") // shared parts are equal without a look
    static boolean equal(@Nullable Object a, @Nullable Object b) {
        if (a == b) {
            return true;
        }
        Object x = open(a);
        Object y = open(b);
        if (x == null || y == null) {
            return x == null && y == null;
        }
        if (x instanceof Num m && y instanceof Num n) {
            return m.sameValue(n);
        }
        if (x instanceof TreeList m && y instanceof TreeList n) {
            return equalLists(m, n);
        }
        if (isMap(x) && isMap(y)) {
            return contains(x, y) && contains(y, x);
        }
        return x.equals(y);
    }

    private static boolean equalLists(TreeList a, TreeList b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    /// Whether all entries of `b` are in `a` with equal values.
    private static boolean contains(Object a, Object b) {
        boolean[] same = {true};
        forEach(
                b,
                ValueType.Scalar.DYNAMIC,
                (name, _, _, value) -> {
                    if (same[0]) {
                        Object other = get(a, name);
                        same[0] = other != null && equal(other, value);
                    }
                });
        return same[0];
    }
}
