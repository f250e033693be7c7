package io.j8s.apiserver.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.machinery.errors.FieldErrors;

/// Text as Go prints it. Pure.
final class GoText {

    private GoText() {}

    /// How Go's `time` package quotes what it cannot parse: bytes above ASCII as escapes.
    static String quoteTime(String text) {
        var out = new StringBuilder().append('"');
        for (byte b : text.getBytes(UTF_8)) {
            if (b < ' ') {
                out.append("\\x%02x".formatted(b & 0xff));
            } else {
                out.append(b == '"' || b == '\\' ? "\\" : "").append((char) b);
            }
        }
        return out.append('"').toString();
    }

    /// Go's `strconv.Quote`.
    static String quote(String text) {
        return FieldErrors.quote(text);
    }
}
