package io.j8s.apiserver.schema;

import io.j8s.machinery.errors.FieldErrors;

/// Text as Go prints it. Pure.
final class GoText {

    private GoText() {}

    /// Go's `strconv.Quote`.
    static String quote(String text) {
        return FieldErrors.quote(text);
    }
}
