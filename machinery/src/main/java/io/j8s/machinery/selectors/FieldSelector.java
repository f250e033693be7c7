package io.j8s.machinery.selectors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// A field selector: all terms must hold (upstream: `fields.Selector`). Immutable.
///
/// @param terms in upstream's order, that of their texts
public record FieldSelector(List<Term> terms) {

    private static final FieldSelector EVERYTHING = new FieldSelector(List.of());

    /// @param equal whether the field must have the value, or must not have it
    public record Term(String field, boolean equal, String value) {

        private Term named(String other) {
            return new Term(other, equal, value);
        }

        @Override
        public String toString() {
            return field + (equal ? "=" : "!=") + escape(value);
        }
    }

    public FieldSelector {
        terms = List.copyOf(terms);
    }

    public static FieldSelector everything() {
        return EVERYTHING;
    }

    /// `metadata.name=NAME`.
    public static FieldSelector of(String field, String value) {
        return new FieldSelector(List.of(new Term(field, true, value)));
    }

    /// Parses the `fieldSelector` query: `a=b,c!=d`, with `\` before a literal `,`, `=` or `\`.
    ///
    /// @throws SelectorException with upstream's text
    public static FieldSelector parse(String text) {
        if (text.isEmpty()) {
            return EVERYTHING;
        }
        String[] parts = split(text).toArray(String[]::new);
        Arrays.sort(parts);
        var terms = new ArrayList<Term>();
        for (String part : parts) {
            if (!part.isEmpty()) {
                Term term = term(text, part);
                if (!term.field.isEmpty() || !term.value.isEmpty()) {
                    terms.add(term);
                }
            }
        }
        return terms.isEmpty() ? EVERYTHING : new FieldSelector(terms);
    }

    /// Refuses fields that a kind does not select by, in the words of the kinds that have
    /// selectable fields of their own; for the others say `known` is only name and namespace.
    public void requireSupported(Collection<String> known) {
        boolean generic = known.isEmpty();
        for (var term : terms) {
            boolean metadata =
                    term.field.equals("metadata.name") || term.field.equals("metadata.namespace");
            if (!metadata && !known.contains(term.field)) {
                throw new SelectorException(
                        generic
                                ? "\"%s\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
                                        .formatted(term.field)
                                : "field label not supported: " + term.field);
            }
        }
    }

    /// The same with other names for fields; those that `names` does not hold stay as they are.
    public FieldSelector renamed(Map<String, String> names) {
        return new FieldSelector(
                terms.stream()
                        .map(term -> term.named(names.getOrDefault(term.field, term.field)))
                        .toList());
    }

    /// @param fields answers a field's text; null counts as empty, as upstream's field sets do
    public boolean matches(UnaryOperator<@Nullable String> fields) {
        for (var term : terms) {
            String actual = fields.apply(term.field);
            if ((actual == null ? "" : actual).equals(term.value) != term.equal) {
                return false;
            }
        }
        return true;
    }

    public boolean isEverything() {
        return terms.isEmpty();
    }

    /// The value that `field` must have, if the selector says so: lets a list by name be a get.
    public Optional<String> exact(String field) {
        return terms.stream()
                .filter(t -> t.equal && t.field.equals(field))
                .map(Term::value)
                .findFirst();
    }

    @Override
    public String toString() {
        return terms.stream().map(Term::toString).collect(Collectors.joining(","));
    }

    /// Makes a text safe as a value.
    public static String escape(String value) {
        return value.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=");
    }

    private static List<String> split(String text) {
        var parts = new ArrayList<String>();
        int start = 0;
        boolean escaped = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (escaped) {
                escaped = false;
            } else if (c == '\\') {
                escaped = true;
            } else if (c == ',') {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static Term term(String all, String part) {
        for (int i = 0; i < part.length(); i++) {
            if (part.startsWith("!=", i)) {
                return new Term(part.substring(0, i), false, unescape(part.substring(i + 2)));
            }
            if (part.startsWith("==", i)) {
                return new Term(part.substring(0, i), true, unescape(part.substring(i + 2)));
            }
            if (part.charAt(i) == '=') {
                return new Term(part.substring(0, i), true, unescape(part.substring(i + 1)));
            }
        }
        throw new SelectorException(
                "invalid selector: '" + all + "'; can't understand '" + part + "'");
    }

    private static String unescape(String value) {
        var out = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\') {
                i++;
                if (i == value.length()) {
                    throw new SelectorException(
                            "invalid field selector: invalid escape sequence: \\");
                }
                char next = value.charAt(i);
                if (next != '\\' && next != ',' && next != '=') {
                    throw new SelectorException(
                            "invalid field selector: invalid escape sequence: \\" + next);
                }
                out.append(next);
            } else if (c == ',' || c == '=') {
                // upstream prints the character's number
                throw new SelectorException(
                        "invalid field selector: unescaped character in value: " + (int) c);
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
