package io.j8s.apiserver.schema;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.util.Base64;

/// Reads JSON into trees in one pass, as upstream's `sigs.k8s.io/json` reads it into Go structs:
/// the same leniency, the same errors in the same order of precedence. Syntax errors anywhere come
/// first, then errors of values with a form of their own (times, quantities), then the first value
/// of a wrong type, then what strict validation finds. One per text and thread.
final class JsonReader extends JsonScanner {

    private final JsonErrors errors = new JsonErrors();
    private int depth;

    private JsonReader(byte[] json) {
        super(json);
    }

    static Decoded read(byte[] json, TypeSchema type) {
        var reader = new JsonReader(json);
        Object value;
        try {
            value = reader.value(type, null);
            reader.finish();
        } catch (DecodeException e) {
            if (!e.isSyntax()) {
                validate(json); // upstream checks the syntax of the whole text first
            }
            throw e;
        }
        reader.errors.throwTypeError();
        var tree = value instanceof Tree found ? found : new Tree(type);
        return new Decoded(tree, reader.errors.strict(type.isCustom()));
    }

    static Object readDynamic(byte[] json) {
        var reader = new JsonReader(json);
        Object value = reader.dynamic();
        reader.finish();
        return value;
    }

    /// Checks the syntax of a whole text.
    static void validate(byte[] json) {
        var scanner = new JsonScanner(json);
        scanner.skip();
        scanner.finish();
    }

    /// Reads one value.
    ///
    /// @param before what a duplicate key read before: structs and maps merge into it
    /// @return null where Go leaves the zero value: a wrong type, or null for what is no element
    private @Nullable Object value(ValueType type, @Nullable Object before) {
        byte first = peek("looking for beginning of value");
        if (first == 'n' && type.tag() != ValueType.DYNAMIC) {
            return nothing(type);
        }
        return switch (type.tag()) {
            case ValueType.STRING -> first == '"' ? text() : wrong(type, first);
            case ValueType.STRUCT ->
                    first == '{' ? struct((TypeSchema) type, before) : wrong(type, first);
            case ValueType.LIST ->
                    first == '[' ? list(((ValueType.ListOf) type).element()) : wrong(type, first);
            case ValueType.MAP ->
                    first == '{' ? map((ValueType.MapOf) type, before) : wrong(type, first);
            case ValueType.INT32, ValueType.INT64 -> integer(type, first);
            case ValueType.BOOL -> bool(type, first);
            case ValueType.DOUBLE -> decimal(type, first);
            case ValueType.BYTES -> bytes(type, first);
            case ValueType.DYNAMIC -> dynamic();
            case ValueType.ANY, ValueType.RAW, ValueType.ENVELOPE -> raw();
            case ValueType.ITEMS ->
                    first == '[' ? list(ValueType.Scalar.STRING) : wrong(type, first);
            case ValueType.SCHEMA_OR_BOOL,
                    ValueType.SCHEMA_OR_ARRAY,
                    ValueType.SCHEMA_OR_STRING_ARRAY ->
                    union((TypeSchema) type, first);
            default -> special(type, first);
        };
    }

    /// JSON null: a nil pointer, list or map, or no change to a zero value.
    private @Nullable Object nothing(ValueType type) {
        literal("null");
        return type instanceof TypeSchema named && named.isCustom() ? Tree.NULL : null;
    }

    // ---- containers

    private @Nullable Object struct(TypeSchema type, @Nullable Object before) {
        enter();
        var tree = before instanceof Tree known ? known : new Tree(type);
        long seen = 0;
        at++;
        if (peek("looking for beginning of object key string") == '}') {
            at++;
            depth--;
            return tree;
        }
        do {
            int index = key(type);
            if (index >= 0) {
                if (index < 64) {
                    if ((seen & (1L << index)) != 0) {
                        errors.duplicate(type.field(index).name());
                    }
                    seen |= 1L << index;
                }
                field(type, tree, index);
            } else {
                unknown(type, tree, keyFrom, keyTo);
            }
        } while (next(true));
        depth--;
        return tree;
    }

    private int keyFrom;
    private int keyTo;

    /// Reads a key with its colon.
    ///
    /// @return the index of its field; -1 when the type has none
    private int key(TypeSchema type) {
        if (peek("looking for beginning of object key string") != '"') {
            throw invalid(at, "looking for beginning of object key string");
        }
        int from = at + 1;
        int hash = 0;
        int i = from;
        byte[] d = data;
        while (i < end) {
            byte b = d[i];
            if (b == '"') {
                break;
            }
            if (b == '\\' || b < ' ') {
                i = end;
                break;
            }
            hash = 31 * hash + b;
            i++;
        }
        int index;
        if (i < end) {
            at = i + 1;
            index = type.index(d, from, i, hash);
        } else {
            string();
            index = type.index(JsonStrings.unquote(d, from, at - 1));
        }
        keyFrom = from;
        keyTo = at - 1;
        colon();
        return index;
    }

    private void field(TypeSchema type, Tree tree, int index) {
        var field = type.field(index);
        errors.enter(field, type);
        Object before = tree.value(index);
        Object value = value(field.type(), before);
        if (value != null) {
            boolean nil = !field.pointer() && Values.isZeroTime(field.type(), value);
            tree.setValue(index, nil ? null : value);
        } else if (type.isCustom() && data[at - 1] == 'l') {
            tree.setValue(index, Tree.NULL);
        } else if (clearedByNull(field)) {
            tree.setValue(index, null);
        }
        errors.leave();
    }

    /// A null that follows a duplicate key sets pointers, lists and maps to nil and leaves the
    /// rest.
    private boolean clearedByNull(FieldSchema field) {
        return data[at - 1] == 'l'
                && (field.pointer()
                        || field.type().tag() == ValueType.LIST
                        || field.type().tag() == ValueType.MAP);
    }

    private void unknown(TypeSchema type, Tree tree, int from, int to) {
        String name = JsonStrings.unquote(data, from, to);
        if (type.preservesUnknown()) {
            errors.enter(name);
            Object value = dynamic();
            errors.leave();
            if (tree.extrasForUpdate().putValue(name, value) != null) {
                errors.duplicate(name);
            }
            return;
        }
        errors.unknown(name);
        skip();
    }

    private Object list(ValueType element) {
        enter();
        var list = new TreeList(element);
        at++;
        if (peek("looking for beginning of value") == ']') {
            at++;
            depth--;
            return list;
        }
        int i = 0;
        do {
            errors.enter(i++);
            Object value = value(element, null);
            list.addValue(value == null ? zero(element) : value);
            errors.leave();
        } while (next(false));
        depth--;
        return list;
    }

    private Object map(ValueType.MapOf type, @Nullable Object before) {
        enter();
        var map = before instanceof TreeMap known ? known : new TreeMap(type.value());
        boolean fresh = before == null;
        at++;
        if (peek("looking for beginning of object key string") == '}') {
            at++;
            depth--;
            return map;
        }
        do {
            String key = mapKey();
            errors.enter(key);
            Object value = value(type.value(), null);
            errors.leave();
            if (map.putValue(key, value == null ? zero(type.value()) : value) != null && fresh) {
                errors.duplicate(key);
            }
        } while (next(true));
        depth--;
        return map;
    }

    private String mapKey() {
        if (peek("looking for beginning of object key string") != '"') {
            throw invalid(at, "looking for beginning of object key string");
        }
        String key = text();
        colon();
        return key;
    }

    private void enter() {
        if (++depth > TREE_DEPTH_MAX) {
            throw invalid(at, "exceeded max depth");
        }
    }

    /// What stands in a list or map where Go keeps the zero value of the element.
    private Object zero(ValueType type) {
        if (errors.inCustom()) {
            return Tree.NULL;
        }
        return switch (type.tag()) {
            case ValueType.STRING -> "";
            case ValueType.BOOL -> false;
            case ValueType.INT32, ValueType.INT64, ValueType.DOUBLE, ValueType.INT_OR_STRING ->
                    Num.of(0);
            case ValueType.QUANTITY -> "0";
            case ValueType.DURATION -> "0s";
            case ValueType.STRUCT -> new Tree((TypeSchema) type);
            case ValueType.TIME, ValueType.MICRO_TIME -> Values.ZERO_TIME;
            default -> Tree.NULL;
        };
    }

    // ---- scalars

    private @Nullable Object integer(ValueType type, byte first) {
        if (first != '-' && (first < '0' || first > '9')) {
            return wrong(type, first);
        }
        int from = at;
        if (number() && at - from <= 19) {
            long value = 0;
            for (int i = first == '-' ? from + 1 : from; i < at; i++) {
                value = value * 10 + data[i] - '0';
            }
            value = first == '-' ? -value : value;
            if (at - from < 19 && (type.tag() == ValueType.INT64 || value == (int) value)) {
                return Num.of(value);
            }
        }
        String literal = new String(data, from, at - from, ISO_8859_1);
        if (type.tag() == ValueType.INT64) {
            var num = Num.parse(literal);
            if (num.isInteger()) {
                return Num.of(num.longValue());
            }
        }
        if (errors.inCustom()) {
            return Num.parse(literal);
        }
        errors.type("number " + literal, type);
        return null;
    }

    private @Nullable Object bool(ValueType type, byte first) {
        return first == 't' || first == 'f' ? bool(first) : wrong(type, first);
    }

    private Object bool(byte first) {
        literal(first == 't' ? "true" : "false");
        return first == 't';
    }

    private @Nullable Object decimal(ValueType type, byte first) {
        if (first != '-' && (first < '0' || first > '9')) {
            return wrong(type, first);
        }
        var num = num();
        if (!num.isInteger() && Double.isInfinite(num.doubleValue())) {
            errors.type("number " + num.literal(), type);
            return null;
        }
        return num;
    }

    private Num num() {
        int from = at;
        number();
        return Num.parse(new String(data, from, at - from, ISO_8859_1));
    }

    private @Nullable Object bytes(ValueType type, byte first) {
        if (first != '"') {
            return first == '[' ? byteArray() : wrong(type, first);
        }
        String text = text();
        int wrongAt = GoBase64.firstError(text);
        if (wrongAt >= 0) {
            errors.save("illegal base64 data at input byte " + wrongAt);
            return null;
        }
        return GoBase64.canonical(text);
    }

    /// Go takes an array of small numbers for bytes, too.
    private Object byteArray() {
        var out = new Output(16);
        at++;
        if (peek("looking for beginning of value") == ']') {
            at++;
            return "";
        }
        do {
            byte first = peek("looking for beginning of value");
            int from = at;
            skip();
            var num =
                    first == '-' || (first >= '0' && first <= '9')
                            ? Num.parse(new String(data, from, at - from, ISO_8859_1))
                            : null;
            if (num != null && num.isInteger() && num.longValue() >= 0 && num.longValue() < 256) {
                out.write(num.intValue());
            } else if (first != 'n') {
                String value = JsonErrors.kind(first) + (num == null ? "" : " " + num.literal());
                errors.type(value, ValueType.Scalar.UINT8);
            } else {
                out.write(0);
            }
        } while (next(false));
        return Base64.getEncoder().encodeToString(out.bytes());
    }

    private Object raw() {
        int from = at;
        skip();
        byte[] copy = new byte[at - from];
        System.arraycopy(data, from, copy, 0, copy.length);
        return Raw.of(copy);
    }

    private @Nullable Object special(ValueType type, byte first) {
        return switch (type.tag()) {
            case ValueType.QUANTITY -> GoQuantity.canonical(quantityText(first));
            case ValueType.TIME -> time(ownText(first), false);
            case ValueType.MICRO_TIME -> time(ownText(first), true);
            case ValueType.DURATION -> GoTime.duration(GoTime.parseDuration(ownText(first)));
            case ValueType.INT_OR_STRING -> {
                if (first == '"') {
                    yield text();
                }
                yield errors.inCustom() ? dynamic() : ownInt(first);
            }
            default -> throw new IllegalStateException("unknown tag " + type.tag());
        };
    }

    /// upstream: a time in year 1 is Go's zero time, which is written as null
    private static Object time(String text, boolean micro) {
        var time = Rfc3339.parse(text, micro);
        if (time.getEpochSecond() == Rfc3339.GO_ZERO_SECOND && time.getNano() == 0) {
            return Values.ZERO_TIME;
        }
        return micro
                ? Rfc3339.micros(time.getEpochSecond(), time.getNano())
                : Rfc3339.seconds(time.getEpochSecond());
    }

    private String quantityText(byte first) {
        int from = at;
        skip();
        int to = at;
        if (first == '"') {
            from++;
            to--;
        }
        return new String(data, from, to - from, UTF_8).strip();
    }

    /// The text of a value that decodes itself: upstream decodes it into a fresh string.
    private String ownText(byte first) {
        if (first == '"') {
            return text();
        }
        skip();
        throw errors.own(JsonErrors.kind(first), ValueType.Scalar.STRING);
    }

    private Num ownInt(byte first) {
        int from = at;
        skip();
        if (first == '-' || (first >= '0' && first <= '9')) {
            String literal = new String(data, from, at - from, ISO_8859_1);
            var num = Num.parse(literal);
            if (num.isInteger() && num.longValue() == num.intValue()) {
                return Num.of(num.longValue());
            }
            throw errors.own("number " + literal, ValueType.Scalar.INT32);
        }
        throw errors.own(JsonErrors.kind(first), ValueType.Scalar.INT32);
    }

    /// The unions of CustomResourceDefinitions: a schema, or a boolean or list in its place.
    private @Nullable Object union(TypeSchema type, byte first) {
        var schema = type.unionSchema();
        if (first == '{') {
            return errors.aside(() -> struct(schema, null));
        }
        if (first == '[' && type.tag() != ValueType.SCHEMA_OR_BOOL) {
            var element =
                    type.tag() == ValueType.SCHEMA_OR_ARRAY ? schema : ValueType.Scalar.STRING;
            Object list = errors.aside(() -> list(element));
            return list instanceof TreeList some && some.isEmpty() ? Values.EMPTY_UNION : list;
        }
        if (type.tag() == ValueType.SCHEMA_OR_BOOL) {
            if (first == 't' || first == 'f') {
                return bool(ValueType.Scalar.BOOL, first);
            }
            skip();
            throw new DecodeException("boolean or JSON schema expected", false);
        }
        skip();
        return Values.EMPTY_UNION;
    }

    // ---- values of no stated type

    private Object dynamic() {
        byte first = peek("looking for beginning of value");
        return switch (first) {
            case '{' -> map(ValueType.DYNAMIC_MAP, null);
            case '[' -> list(ValueType.Scalar.DYNAMIC);
            case '"' -> text();
            case 't', 'f' -> bool(first);
            case 'n' -> {
                literal("null");
                yield Tree.NULL;
            }
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> num();
            default -> throw invalid(at, "looking for beginning of value");
        };
    }

    /// A value of another kind than the type's: an error to Go, kept as it is for custom resources.
    private @Nullable Object wrong(ValueType type, byte first) {
        if (errors.inCustom() || (type instanceof TypeSchema named && named.isCustom())) {
            return dynamic();
        }
        String kind = JsonErrors.kind(first);
        skip();
        errors.type(kind, type);
        return null;
    }
}
