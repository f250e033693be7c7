package io.j8s.machinery.selectors;

import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// One condition on one label.
///
/// @param values as written; a set by meaning
public record Requirement(String key, Operator operator, List<String> values) {

    /// Upstream's `selection.Operator` with the spelling of each in error texts.
    public enum Operator {
        IN("in"),
        NOT_IN("notin"),
        EQUALS("="),
        DOUBLE_EQUALS("=="),
        NOT_EQUALS("!="),
        GREATER_THAN("gt"),
        LESS_THAN("lt"),
        EXISTS("exists"),
        DOES_NOT_EXIST("!");

        private final String text;

        Operator(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    public Requirement {
        values = List.copyOf(values);
    }

    /// Checks key and values as upstream's `labels.NewRequirement` does.
    public static Requirement of(String key, Operator operator, List<String> values) {
        var errors = new ArrayList<String>(0);
        explain(errors, "key", key, NameRules.labelKey(key));
        switch (operator) {
            case IN, NOT_IN -> {
                if (values.isEmpty()) {
                    errors.add(
                            invalid(
                                    "values",
                                    "[]",
                                    "for 'in', 'notin' operators, values set can't be empty"));
                }
            }
            case EQUALS, DOUBLE_EQUALS, NOT_EQUALS -> {
                if (values.size() != 1) {
                    errors.add(
                            invalid(
                                    "values",
                                    print(values),
                                    "exact-match compatibility requires one single value"));
                }
            }
            case EXISTS, DOES_NOT_EXIST -> {
                if (!values.isEmpty()) {
                    errors.add(
                            invalid(
                                    "values",
                                    print(values),
                                    "values set must be empty for exists and does not exist"));
                }
            }
            case GREATER_THAN, LESS_THAN -> checkNumbers(values, errors);
        }
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i);
            explain(errors, "values[" + i + "][" + key + "]", value, NameRules.labelValue(value));
        }
        if (!errors.isEmpty()) {
            throw new SelectorException(
                    errors.size() == 1 ? errors.get(0) : "[" + String.join(", ", errors) + "]");
        }
        return new Requirement(key, operator, values);
    }

    /// @param labels answers a label's value, null when the object has no such label
    public boolean matches(UnaryOperator<@Nullable String> labels) {
        String value = labels.apply(key);
        return switch (operator) {
            case IN, EQUALS, DOUBLE_EQUALS -> value != null && values.contains(value);
            case NOT_IN, NOT_EQUALS -> value == null || !values.contains(value);
            case EXISTS -> value != null;
            case DOES_NOT_EXIST -> value == null;
            case GREATER_THAN -> value != null && compares(value) > 0;
            case LESS_THAN -> value != null && compares(value) < 0;
        };
    }

    /// Upstream's canonical form: values sorted.
    @Override
    public String toString() {
        return switch (operator) {
            case EXISTS -> key;
            case DOES_NOT_EXIST -> "!" + key;
            case EQUALS -> key + "=" + joined();
            case DOUBLE_EQUALS -> key + "==" + joined();
            case NOT_EQUALS -> key + "!=" + joined();
            case GREATER_THAN -> key + ">" + joined();
            case LESS_THAN -> key + "<" + joined();
            case IN -> key + " in (" + joined() + ")";
            case NOT_IN -> key + " notin (" + joined() + ")";
        };
    }

    private String joined() {
        return values.size() == 1
                ? values.get(0)
                : String.join(",", values.stream().sorted().toList());
    }

    /// -1, 0 or 1; 0 also when either side is no number, so that nothing matches.
    private int compares(String value) {
        try {
            return Long.compare(Long.parseLong(value), Long.parseLong(values.get(0)));
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    private static void checkNumbers(List<String> values, List<String> errors) {
        if (values.size() != 1) {
            errors.add(
                    invalid(
                            "values",
                            print(values),
                            "for 'Gt', 'Lt' operators, exactly one value is required"));
        }
        for (int i = 0; i < values.size(); i++) {
            try {
                Long.parseLong(values.get(i));
            } catch (NumberFormatException _) {
                errors.add(
                        invalid(
                                "values[" + i + "]",
                                FieldErrors.quote(values.get(i)),
                                "for 'Gt', 'Lt' operators, the value must be an integer"));
            }
        }
    }

    private static void explain(
            List<String> errors, String path, String value, List<String> found) {
        if (!found.isEmpty()) {
            errors.add(invalid(path, FieldErrors.quote(value), String.join("; ", found)));
        }
    }

    static String invalid(String path, String value, String detail) {
        return path + ": Invalid value: " + value + ": " + detail;
    }

    /// Go's `%#v`-like JSON of a string list, as `field.Invalid` prints one.
    private static String print(List<String> values) {
        return values.stream()
                .map(FieldErrors::quote)
                .collect(java.util.stream.Collectors.joining(",", "[", "]"));
    }
}
