package io.j8s.apiserver.managedfields;

import java.util.List;
import java.util.stream.Collectors;

/// An object that does not fit its schema for field tracking: a list element without its keys, a
/// duplicate, an unknown field. The text is upstream's `typed.ValidationErrors`. No stack trace: it
/// becomes an answer, or makes a write keep the field owners it found.
final class WalkException extends RuntimeException {

    /// @param path e.g. `.spec.containers`
    record Problem(String path, String message) {
        @Override
        public String toString() {
            return path.isEmpty() ? message : path + ": " + message;
        }
    }

    WalkException(List<Problem> problems) {
        super(text(problems), null, false, false);
    }

    String text() {
        return String.valueOf(getMessage());
    }

    private static String text(List<Problem> problems) {
        return problems.size() == 1
                ? problems.getFirst().toString()
                : problems.stream()
                        .map(p -> "\n  " + p)
                        .collect(Collectors.joining("", "errors:", ""));
    }
}
