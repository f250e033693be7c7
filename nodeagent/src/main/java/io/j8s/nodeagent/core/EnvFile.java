package io.j8s.nodeagent.core;

import java.util.List;
import java.util.Optional;

/// A file of variables that an init container leaves for others, each as `NAME='value'`: the part
/// of a shell's syntax that upstream's `fileKeyRef` reads. Values may span lines and are taken
/// literally. Pure.
///
///     # kept from the migration
///     DB='primary' # the first one     → DB is "primary"
///     NOTE='two
///     lines'                           → NOTE is "two\nlines"
final class EnvFile {

    private EnvFile() {}

    /// The text is not such a file.
    static final class SyntaxException extends Exception {
        SyntaxException(int line, String problem) {
            super("invalid environment variable format at line %d: %s".formatted(line, problem));
        }
    }

    /// @return empty when the name is not there; what stands behind it is not looked at
    static Optional<String> value(String text, String name) throws SyntaxException {
        var lines = List.of(text.split("\r?\n", -1));
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i).replaceFirst("^[ \t]+", "");
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int number = i + 1;
            int equals = line.indexOf('=');
            if (equals < 0) {
                throw new SyntaxException(number, "missing '='");
            }
            var variable = line.substring(0, equals);
            if (variable.isBlank()) {
                throw new SyntaxException(number, "empty variable name");
            }
            if (variable.endsWith(" ") || variable.endsWith("\t")) {
                throw new SyntaxException(number, "whitespace before '=' is not allowed");
            }
            var rest = line.substring(equals + 1);
            if (rest.startsWith(" ") || rest.startsWith("\t")) {
                if (variable.equals(name)) {
                    return Optional.empty(); // as in a shell: the empty value
                }
                continue;
            }
            if (!rest.startsWith("'")) {
                throw new SyntaxException(number, "value must be enclosed in single quotes");
            }
            var value = new StringBuilder();
            rest = rest.substring(1);
            while (rest.indexOf('\'') < 0) {
                value.append(rest).append('\n');
                i++;
                if (i >= lines.size()) {
                    throw new SyntaxException(number, "unclosed single quote");
                }
                rest = lines.get(i);
            }
            int quote = rest.indexOf('\'');
            value.append(rest, 0, quote);
            var after = rest.substring(quote + 1).strip();
            if (!after.isEmpty() && !after.startsWith("#")) {
                throw new SyntaxException(i + 1, "unexpected content after closing quote");
            }
            if (variable.equals(name)) {
                return value.isEmpty() ? Optional.empty() : Optional.of(value.toString());
            }
        }
        return Optional.empty();
    }
}
