package io.j8s.machinery.errors;

import io.j8s.machinery.errors.FieldError.Type;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;

/// Collects every cause of an invalid object; validation never stops at the first. Texts follow
/// upstream's `field.Error` byte for byte. Not thread-safe: one per validated object.
public final class FieldErrors {

    private final List<FieldError> causes = new ArrayList<>();
    private @Nullable FieldErrors late;

    public void required(String field, String detail) {
        add(Type.REQUIRED, field, null, detail);
    }

    /// @param value printed as Go's `%q` for text and `%v`-like JSON for the rest
    public void invalid(String field, @Nullable Object value, String detail) {
        causes.add(
                new FieldError(
                        Type.INVALID,
                        field,
                        "Invalid value: "
                                + print(value)
                                + (detail.isEmpty() ? "" : ": " + detail)));
    }

    public void notFound(String field, Object value) {
        add(Type.NOT_FOUND, field, value, "");
    }

    public void duplicate(String field, Object value) {
        add(Type.DUPLICATE, field, value, "");
    }

    public void forbidden(String field, String detail) {
        add(Type.FORBIDDEN, field, null, detail);
    }

    /// Upstream prints the supported values quoted: a set sorted, a list in its own order.
    public void notSupported(String field, @Nullable Object value, Collection<String> supported) {
        String detail =
                supported.isEmpty()
                        ? ""
                        : (supported instanceof List<?>
                                        ? supported.stream()
                                        : supported.stream().sorted())
                                .map(FieldErrors::quote)
                                .collect(Collectors.joining(", ", "supported values: ", ""));
        add(Type.NOT_SUPPORTED, field, value == null ? "" : value, detail);
    }

    /// @param maxBytes the limit; negative when unknown
    public void tooLong(String field, int maxBytes) {
        add(
                Type.TOO_LONG,
                field,
                null,
                maxBytes >= 0
                        ? "may not be more than " + counted(maxBytes, "byte")
                        : "value is too long");
    }

    /// A text with more than so many characters.
    public void tooManyCharacters(String field, int max) {
        add(Type.TOO_LONG, field, null, "may not be more than " + counted(max, "character"));
    }

    /// A text with fewer than so many characters.
    public void tooShort(String field, int min) {
        add(Type.TOO_SHORT, field, null, "must be at least " + counted(min, "character"));
    }

    public void tooMany(String field, int actual, int max) {
        causes.add(
                new FieldError(
                        Type.TOO_MANY,
                        field,
                        "Too many: " + actual + ": must have at most " + counted(max, "item")));
    }

    public void tooFew(String field, int actual, int min) {
        causes.add(
                new FieldError(
                        Type.TOO_FEW,
                        field,
                        "Too few: " + actual + ": must have at least " + counted(min, "item")));
    }

    /// An invalid value that is not shown (upstream: `field.OmitValueType`).
    public void omitted(String field, String detail) {
        causes.add(new FieldError(Type.INVALID, field, "Invalid value: " + detail));
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    public void internal(String field, String detail) {
        add(Type.INTERNAL, field, null, detail);
    }

    public void add(FieldError cause) {
        causes.add(cause);
    }

    public void addAll(Collection<FieldError> more) {
        causes.addAll(more);
    }

    public boolean isEmpty() {
        return causes.isEmpty() && (late == null || late.isEmpty());
    }

    /// Where causes go that stand behind all others: upstream finds them by declarations on the
    /// types, after the hand-written rules.
    public FieldErrors later() {
        var present = late;
        if (present == null) {
            present = new FieldErrors();
            late = present;
        }
        return present;
    }

    /// Each cause once, as upstream.
    public List<FieldError> list() {
        var all = new LinkedHashSet<>(causes);
        if (late != null) {
            all.addAll(late.list());
        }
        return List.copyOf(all);
    }

    private void add(Type type, String field, @Nullable Object value, String detail) {
        var text = new StringBuilder(type.text());
        if (value != null) {
            text.append(": ").append(print(value));
        }
        if (!detail.isEmpty()) {
            text.append(": ").append(detail);
        }
        causes.add(new FieldError(type, field, text.toString()));
    }

    private static String print(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> quote(text);
            case Collection<?> list ->
                    list.stream()
                            .map(FieldErrors::print)
                            .collect(Collectors.joining(",", "[", "]"));
            default -> value.toString();
        };
    }

    /// Go's `%q`: double quotes, with control characters, quotes and backslashes escaped.
    public static String quote(String text) {
        var out = new StringBuilder(text.length() + 2).append('"');
        text.codePoints()
                .forEach(c -> {
                    switch (c) {
                        case '"' -> out.append("\\\"");
                        case '\\' -> out.append("\\\\");
                        case '\n' -> out.append("\\n");
                        case '\r' -> out.append("\\r");
                        case '\t' -> out.append("\\t");
                        case 7 -> out.append("\\a");
                        case '\b' -> out.append("\\b");
                        case '\f' -> out.append("\\f");
                        case 11 -> out.append("\\v");
                        default -> {
                            if (c < 0x20 || c == 0x7f) {
                                out.append("\\x%02x".formatted(c));
                            } else if (isPrintable(c)) {
                                out.appendCodePoint(c);
                            } else {
                                out.append((c < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(c));
                            }
                        }
                    }
                });
        return out.append('"').toString();
    }

    /// Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
