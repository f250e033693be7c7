package io.j8s.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// One typed flag: how it is written, and its value in parsed arguments.
///
/// @param fallback what holds when it is not given; empty when there is no fixed default
record Flag<T>(String name, String label, String description, Class<T> type, Optional<T> fallback) {

    static Flag<String> text(String name, String label, String fallback, String description) {
        return new Flag<>(name, label, description, String.class, Optional.of(fallback));
    }

    static Flag<String> optional(String name, String label, String description) {
        return new Flag<>(name, label, description, String.class, Optional.empty());
    }

    static Flag<Integer> number(String name, String label, int fallback, String description) {
        return new Flag<>(name, label, description, Integer.class, Optional.of(fallback));
    }

    static Flag<Boolean> yesOrNo(String name, String description) {
        return new Flag<>(name, "", description, Boolean.class, Optional.of(false));
    }

    /// On unless it is given as `false`.
    static Flag<Boolean> onUnless(String name, String description) {
        return new Flag<>(name, "", description, Boolean.class, Optional.of(true));
    }

    OptionSpec spec() {
        var option = OptionSpec.builder(name).type(type);
        if (type == Boolean.class) {
            option.arity("0..1").paramLabel("true|false").fallbackValue("true");
        } else {
            option.arity("1").paramLabel(label);
        }
        String shown =
                fallback.filter(value -> type != Boolean.class && !value.toString().isEmpty())
                        .map(value -> " Default: " + value + ".")
                        .orElse("");
        // told by the description, known to who asks for all values
        fallback.ifPresent(value -> option.defaultValue(value.toString()));
        return option.description((description + shown).replace("%", "%%")).build();
    }

    /// Every flag of a command by its name without dashes, with what was given or holds by default.
    static Map<String, String> valuesOf(ParseResult given) {
        var out = new TreeMap<String, String>();
        for (var option : given.commandSpec().options()) {
            Object value = option.getValue();
            String name = option.longestName().replaceFirst("^-+", "");
            boolean isOff = value == null && option.type() == boolean.class;
            out.put(name, isOff ? "false" : text(value));
        }
        return out;
    }

    /// As pflag prints values.
    private static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case List<?> list ->
                    list.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
            default -> value.toString();
        };
    }

    /// The given value, or the default.
    T in(ParseResult given) {
        return given.matchedOptionValue(name, fallback.orElseThrow());
    }

    /// The given value, empty when the flag is absent or empty.
    Optional<T> given(ParseResult given) {
        return Optional.<T>ofNullable(given.matchedOptionValue(name, null))
                .filter(value -> !value.toString().isEmpty());
    }

    /// The elements of a comma list; empty text has none.
    List<String> list(ParseResult given) {
        return Arrays.stream(in(given).toString().split(","))
                .map(String::strip)
                .filter(element -> !element.isEmpty())
                .toList();
    }

    /// The value as a path without `.` and `..`, from the working directory on.
    Optional<Path> path(ParseResult given) {
        return given(given).map(value -> Path.of(value.toString()).toAbsolutePath().normalize());
    }
}
