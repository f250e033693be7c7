package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Supplier;

/// Where the reader is in an object, and what it objects to, in the words of `sigs.k8s.io/json`.
/// The path is kept as it is walked and only made into text for an error.
final class JsonErrors {

    /// upstream: saveStrictError keeps no more
    private static final int STRICT_MAX = 100;

    /// Each step: a field, a map key, or null for the list index at the same place of `indexes`.
    private @Nullable Object[] steps = new Object[32];

    private @Nullable TypeSchema[] structs = new TypeSchema[32];
    private int[] indexes = new int[32];
    private int size;

    private @Nullable String saved;
    private @Nullable LinkedHashSet<String> strict;

    void enter(FieldSchema field, TypeSchema struct) {
        push(field, struct, 0);
    }

    void enter(String key) {
        push(key, null, 0);
    }

    void enter(int index) {
        push(null, null, index);
    }

    private void push(@Nullable Object step, @Nullable TypeSchema struct, int index) {
        if (size == steps.length) {
            steps = Arrays.copyOf(steps, size * 2);
            structs = Arrays.copyOf(structs, size * 2);
            indexes = Arrays.copyOf(indexes, size * 2);
        }
        steps[size] = step;
        structs[size] = struct;
        indexes[size++] = index;
    }

    void leave() {
        size--;
    }

    /// The field at hand belongs to a custom resource.
    boolean inCustom() {
        for (int i = size - 1; i >= 0; i--) {
            var struct = structs[i];
            if (struct != null) {
                return struct.isCustom();
            }
        }
        return false;
    }

    /// Runs a reader for a value that decodes itself: upstream starts afresh there, so strict
    /// checks do not reach below, and the first error ends everything.
    @Nullable Object aside(Supplier<@Nullable Object> reader) {
        var outerSaved = saved;
        var outerStrict = strict == null ? null : new LinkedHashSet<>(strict);
        saved = null;
        Object value = reader.get();
        throwTypeError();
        saved = outerSaved;
        strict = outerStrict;
        return value;
    }

    void unknown(String name) {
        strict("unknown field " + GoText.quote(path(name)));
    }

    void duplicate(String name) {
        strict("duplicate field " + GoText.quote(path(name)));
    }

    private void strict(String text) {
        var found = strict;
        if (found == null) {
            found = new LinkedHashSet<>();
            strict = found;
        }
        if (found.size() < STRICT_MAX) {
            found.add(text);
        }
    }

    /// `spec.containers[0].` and the name.
    private String path(String name) {
        var out = new StringBuilder();
        for (int i = 0; i < size; i++) {
            Object step = steps[i];
            if (step == null) {
                out.append('[').append(indexes[i]).append(']');
            } else {
                if (!out.isEmpty()) {
                    out.append('.');
                }
                out.append(step instanceof FieldSchema field ? field.name() : step);
            }
        }
        return out.isEmpty() ? name : out.append('.').append(name).toString();
    }

    /// A value of a wrong type at this place.
    ///
    /// @param value what was found: `string`, `object`, `number 1.5`
    void type(String value, ValueType type) {
        if (saved == null) {
            saved = message(value, type);
        }
    }

    /// The error of a value that decodes itself, from what it expects inside of it: it ends
    /// everything at once, and shows the place around it.
    DecodeException own(String value, ValueType.Scalar type) {
        return new DecodeException(message(value, type), false);
    }

    private String message(String value, ValueType type) {
        var fields = new StringBuilder();
        TypeSchema innermost = null;
        FieldSchema last = null;
        int inside = 0;
        for (int i = 0; i < size; i++) {
            var struct = structs[i];
            if (steps[i] instanceof FieldSchema field && struct != null) {
                fields.append(fields.isEmpty() ? "" : ".").append(field.embedding());
                fields.append(field.name());
                innermost = struct;
                last = field;
                inside = 0;
            } else {
                inside++;
            }
        }
        boolean stated = last != null && GoTypes.inside(last.type(), inside).equals(type);
        String goType =
                stated && last != null ? GoTypes.name(last, type, inside) : GoTypes.name(type);
        return innermost == null
                ? "json: cannot unmarshal " + value + " into Go value of type " + goType
                : "json: cannot unmarshal %s into Go struct field %s.%s of type %s"
                        .formatted(value, innermost.goName(), fields, goType);
    }

    void save(String message) {
        if (saved == null) {
            saved = message;
        }
    }

    void throwTypeError() {
        if (saved != null) {
            throw new DecodeException(saved, false);
        }
    }

    /// @param custom upstream finds the unknown fields of custom resources after the duplicates
    List<String> strict(boolean custom) {
        var found = strict;
        if (found == null) {
            return List.of();
        }
        var out = new ArrayList<>(found);
        if (custom) {
            out.sort((a, b) -> Boolean.compare(a.startsWith("unknown"), b.startsWith("unknown")));
        }
        return out;
    }

    /// An error from a value that decodes itself.
    static DecodeException noContext(String value, String goType) {
        return new DecodeException(
                "json: cannot unmarshal " + value + " into Go value of type " + goType, false);
    }

    static String kind(byte first) {
        return switch (first) {
            case '{' -> "object";
            case '[' -> "array";
            case '"' -> "string";
            case 't', 'f' -> "bool";
            default -> "number";
        };
    }
}
