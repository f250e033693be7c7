package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Rules about single tree values: conversion from Java values, copies and equality. Pure.
final class Values {

    /// The order in which Go sorts strings: by UTF-8 bytes, which is by code point.
    static final Comparator<String> GO_ORDER = Values::compare;

    /// Go's zero time where it is present: below a pointer, in a list or map. Written as null.
    static final String ZERO_TIME = "";

    /// A present union that holds nothing of its kinds. Written as null.
    static final String EMPTY_UNION = "";

    private Values() {}

    static boolean isZeroTime(ValueType type, Object value) {
        return (type.tag() == ValueType.TIME || type.tag() == ValueType.MICRO_TIME)
                && value.equals(ZERO_TIME);
    }

    /// Empty text of such a type stands for something that Go writes as null.
    static boolean isWrittenAsNull(int tag) {
        return switch (tag) {
            case ValueType.TIME,
                    ValueType.MICRO_TIME,
                    ValueType.SCHEMA_OR_ARRAY,
                    ValueType.SCHEMA_OR_STRING_ARRAY ->
                    true;
            default -> false;
        };
    }

    static int compare(String a, String b) {
        int shorter = Math.min(a.length(), b.length());
        for (int i = 0; i < shorter; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean surrogates = x >= 0xd800 && y >= 0xd800;
                return surrogates ? aboveSurrogates(x) - aboveSurrogates(y) : x - y;
            }
        }
        return a.length() - b.length();
    }

    /// Surrogates stand for code points above U+FFFF but are chars below U+E000.
    private static int aboveSurrogates(char c) {
        return c >= 0xe000 ? c - 0x800 : c + 0x2000;
    }

    /// A Java value as a tree value of this type.
    static Object of(ValueType type, Object value) {
        return switch (value) {
            case Integer number -> Num.of(number);
            case Long number -> Num.of(number);
            case Double number -> Num.of(number);
            case Instant time ->
                    type.tag() == ValueType.MICRO_TIME ? GoTime.micro(time) : GoTime.seconds(time);
            case Duration duration -> GoTime.duration(duration);
            case byte[] bytes -> Base64.getEncoder().encodeToString(bytes);
            case Enum<?> constant when value != Tree.NULL -> constant.name();
            case List<?> list -> list(type, list);
            case Map<?, ?> map -> map(type, map);
            case TreeMap map when type.tag() == ValueType.STRUCT -> struct((TypeSchema) type, map);
            case TreeList list when needsConversion(type, list) -> list(type, iterable(list));
            case TreeMap map when needsConversion(type, map) ->
                    convert((ValueType.MapOf) type, map);
            default -> raw(type, value);
        };
    }

    private static List<Object> iterable(TreeList list) {
        var out = new ArrayList<Object>(list.size());
        list.forEach(out::add);
        return out;
    }

    private static boolean needsConversion(ValueType type, TreeList list) {
        return list.elementType() == ValueType.Scalar.DYNAMIC
                && (type.tag() == ValueType.LIST || type.tag() == ValueType.ITEMS);
    }

    private static boolean needsConversion(ValueType type, TreeMap map) {
        return map.valueType() == ValueType.Scalar.DYNAMIC
                && type instanceof ValueType.MapOf declared
                && declared.value() != ValueType.Scalar.DYNAMIC;
    }

    private static Object raw(ValueType type, Object value) {
        return switch (value) {
            case String _, Boolean _, Num _, Tree _, TreeMap _, TreeList _ ->
                    type.tag() == ValueType.ANY || type.tag() == ValueType.RAW
                            ? Raw.of(JsonCodec.writeValue(value))
                            : value;
            case Raw raw -> raw;
            default -> {
                if (value == Tree.NULL) {
                    yield value;
                }
                throw new IllegalStateException("no tree value: " + value.getClass());
            }
        };
    }

    private static Object list(ValueType type, List<?> list) {
        var out = new TreeList(elementType(type));
        for (Object element : list) {
            out.add(element == null ? Tree.NULL : element);
        }
        return raw(type, out);
    }

    private static Object map(ValueType type, Map<?, ?> map) {
        if (type.tag() == ValueType.STRUCT) {
            return struct((TypeSchema) type, map);
        }
        var out =
                new TreeMap(
                        type instanceof ValueType.MapOf declared
                                ? declared.value()
                                : ValueType.Scalar.DYNAMIC);
        map.forEach(
                (key, value) -> out.put(String.valueOf(key), value == null ? Tree.NULL : value));
        return raw(type, out);
    }

    private static Tree struct(TypeSchema type, Map<?, ?> map) {
        var tree = new Tree(type);
        map.forEach((key, value) -> {
            String name = String.valueOf(key);
            int index = type.index(name);
            Object given = value == null ? Tree.NULL : value;
            if (index >= 0) {
                tree.setValue(index, of(type.field(index).type(), given));
            } else if (type.preservesUnknown()) {
                tree.extrasForUpdate().put(name, given);
            } else {
                throw new IllegalStateException(type.name() + " has no field " + name);
            }
        });
        return tree;
    }

    private static Tree struct(TypeSchema type, TreeMap map) {
        var tree = new Tree(type);
        map.forEach((key, value) -> {
            int index = type.index(key);
            if (index >= 0) {
                tree.setValue(index, of(type.field(index).type(), value));
            } else if (type.preservesUnknown()) {
                tree.extrasForUpdate().putValue(key, copy(value));
            }
        });
        return tree;
    }

    private static TreeMap convert(ValueType.MapOf type, TreeMap map) {
        var out = new TreeMap(type.value());
        map.forEach((key, value) -> out.put(key, value));
        return out;
    }

    static ValueType elementType(ValueType type) {
        return switch (type) {
            case ValueType.ListOf declared -> declared.element();
            case TypeSchema special ->
                    switch (special.tag()) {
                        case ValueType.ITEMS, ValueType.SCHEMA_OR_STRING_ARRAY ->
                                ValueType.Scalar.STRING;
                        case ValueType.SCHEMA_OR_ARRAY -> special.field(0).type();
                        default -> ValueType.Scalar.DYNAMIC;
                    };
            default -> ValueType.Scalar.DYNAMIC;
        };
    }

    /// An empty struct, list or map of a type, for making what is missing on a path.
    static Object empty(ValueType type, boolean listWhenOpen) {
        return switch (type) {
            case ValueType.ListOf list -> new TreeList(list.element());
            case ValueType.MapOf map -> new TreeMap(map.value());
            case TypeSchema named ->
                    switch (named.tag()) {
                        case ValueType.STRUCT -> new Tree(named);
                        case ValueType.ITEMS -> new TreeList(ValueType.Scalar.STRING);
                        default -> throw new IllegalStateException("no container: " + named);
                    };
            case ValueType.Scalar scalar -> {
                if (scalar != ValueType.Scalar.DYNAMIC) {
                    throw new IllegalStateException("no container: " + scalar);
                }
                yield listWhenOpen ? TreeList.dynamic() : TreeMap.dynamic();
            }
        };
    }

    static Object copy(Object value) {
        return switch (value) {
            case Tree tree -> tree.copy();
            case TreeList list -> list.copy();
            case TreeMap map -> map.copy();
            default -> value;
        };
    }

    static boolean isZeroScalar(Object value) {
        return switch (value) {
            case String text -> text.isEmpty();
            case Boolean bool -> !bool;
            case Num num -> num.isZero();
            default -> false;
        };
    }

    static boolean equal(TreeMap a, TreeMap b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (var entry : a.entries()) {
            if (!entry.getValue().equals(b.value(entry.getKey()))) {
                return false;
            }
        }
        return true;
    }

    // ---- semantic equality

    static boolean semanticallyEqual(Tree a, Tree b) {
        if (a.type() != b.type()) {
            return false;
        }
        var fields = a.type().fieldArray();
        for (int i = 0; i < fields.length; i++) {
            if (a.type().isCustom() && (a.value(i) == null) != (b.value(i) == null)) {
                return false; // a key of a map, which is there or not
            }
            boolean pointer = fields[i].pointer() || a.type().isCustom();
            if (!semanticallyEqual(fields[i].type(), pointer, a.value(i), b.value(i))) {
                return false;
            }
        }
        return semanticallyEqual(ValueType.DYNAMIC_MAP, false, a.extras(), b.extras());
    }

    static boolean semanticallyEqual(
            ValueType type, boolean pointer, @Nullable Object a, @Nullable Object b) {
        boolean noA = a == null || a == Tree.NULL;
        boolean noB = b == null || b == Tree.NULL;
        if (noA || noB) {
            return (noA && noB) || (isNothing(type, pointer, a) && isNothing(type, pointer, b));
        }
        return switch (a) {
            case Tree left -> b instanceof Tree right && semanticallyEqual(left, right);
            case TreeList left -> b instanceof TreeList right && sameElements(left, right);
            case TreeMap left -> b instanceof TreeMap right && sameEntries(left, right);
            case Num left -> b instanceof Num right && left.sameValue(right);
            case String left when type.tag() == ValueType.QUANTITY ->
                    b instanceof String right && GoQuantity.sameValue(left, right);
            case null -> false;
            default -> a.equals(b);
        };
    }

    private static boolean isNothing(ValueType type, boolean pointer, @Nullable Object value) {
        return switch (value) {
            case null -> true;
            case TreeList list -> list.isEmpty();
            case TreeMap map -> map.isEmpty();
            case Tree tree -> !pointer && isZero(tree);
            case String text when type.tag() == ValueType.QUANTITY ->
                    !pointer && GoQuantity.sameValue(text, "0");
            default -> value == Tree.NULL || (!pointer && isZeroScalar(value));
        };
    }

    /// A struct whose every field is at its zero value.
    static boolean isZero(Tree tree) {
        var fields = tree.type().fieldArray();
        for (int i = 0; i < fields.length; i++) {
            if (!isNothing(fields[i].type(), fields[i].pointer(), tree.value(i))) {
                return false;
            }
        }
        return tree.extras() == null;
    }

    private static boolean sameElements(TreeList a, TreeList b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!semanticallyEqual(a.elementType(), false, a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameEntries(TreeMap a, TreeMap b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (var entry : a.entries()) {
            Object other = b.value(entry.getKey());
            if (other == null
                    || !semanticallyEqual(a.valueType(), false, entry.getValue(), other)) {
                return false;
            }
        }
        return true;
    }
}
