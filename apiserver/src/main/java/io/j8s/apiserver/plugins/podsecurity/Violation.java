package io.j8s.apiserver.plugins.podsecurity;

import io.j8s.machinery.errors.FieldErrors;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/// Why a pod does not meet a standard, in upstream's words.
///
/// @param reason e.g. `host namespaces`
/// @param detail e.g. `hostNetwork=true`; may be empty
record Violation(String reason, String detail) {

    String text() {
        return detail.isEmpty() ? reason : reason + " (" + detail + ")";
    }

    static String text(List<Violation> violations) {
        return violations.stream().map(Violation::text).collect(Collectors.joining(", "));
    }

    /// `"a", "b"`.
    static String quoted(Collection<String> names) {
        return names.stream().map(FieldErrors::quote).collect(Collectors.joining(", "));
    }

    /// `container "a"` or `containers "a", "b"`.
    static String containers(Collection<String> names) {
        return (names.size() == 1 ? "container " : "containers ") + quoted(names);
    }
}
