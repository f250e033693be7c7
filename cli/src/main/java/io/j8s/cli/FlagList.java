package io.j8s.cli;

import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// A flag that may be given several times and takes a comma list each time, as upstream's do.
record FlagList(String name, String label, List<String> fallback, String description) {

    FlagList {
        fallback = List.copyOf(fallback);
    }

    static FlagList of(String name, String label, String description, String... fallback) {
        return new FlagList(name, label, List.of(fallback), description);
    }

    OptionSpec spec() {
        String shown = fallback.isEmpty() ? "" : " Default: " + String.join(",", fallback) + ".";
        return OptionSpec.builder(name)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .initialValue(fallback)
                .paramLabel(label)
                .description((description + shown).replace("%", "%%"))
                .build();
    }

    boolean isGiven(ParseResult given) {
        return given.hasMatchedOption(name);
    }

    List<String> in(ParseResult given) {
        List<String> values = given.matchedOptionValue(name, fallback);
        return values.stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
    }

    List<Path> paths(ParseResult given) {
        return in(given).stream().map(value -> Path.of(value).toAbsolutePath()).toList();
    }
}
