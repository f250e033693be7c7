package io.j8s.machinery.errors;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A `v1.Status` as it goes to a client (upstream: `metav1.Status`).
///
/// @param status `Success` or `Failure`
/// @param message empty for none
/// @param reason empty for none
/// @param continueToken of a list that has expired; empty for none
public record Status(
        String status,
        String message,
        String reason,
        @Nullable Details details,
        int code,
        String continueToken) {

    /// @param kind a resource's plural in most answers, a kind in those about invalid objects
    /// @param retryAfterSeconds 0 for none
    public record Details(
            String name,
            String group,
            String kind,
            String uid,
            List<Cause> causes,
            int retryAfterSeconds) {
        public Details {
            causes = List.copyOf(causes);
        }
    }

    /// @param reason empty for none
    /// @param field empty for none
    public record Cause(String reason, String message, String field) {}

    /// The answer to a request that did what it was asked and has nothing else to say.
    public static Status success(@Nullable Details details) {
        return new Status("Success", "", "", details, 0, "");
    }

    /// The members in Go's order and with Go's escapes, ending in a newline as Go's encoder does.
    public String toJson() {
        var out = new StringBuilder(256);
        out.append("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{");
        if (!continueToken.isEmpty()) {
            out.append("\"continue\":");
            quote(out, continueToken);
        }
        out.append('}');
        member(out, "status", status);
        member(out, "message", message);
        member(out, "reason", reason);
        if (details != null) {
            out.append(",\"details\":{");
            int start = out.length();
            member(out, "name", details.name());
            member(out, "group", details.group());
            member(out, "kind", details.kind());
            member(out, "uid", details.uid());
            if (!details.causes().isEmpty()) {
                out.append(",\"causes\":[");
                for (var cause : details.causes()) {
                    causeJson(out, cause);
                }
                out.setCharAt(out.length() - 1, ']');
            }
            if (details.retryAfterSeconds() != 0) {
                out.append(",\"retryAfterSeconds\":").append(details.retryAfterSeconds());
            }
            if (out.length() > start) {
                out.deleteCharAt(start);
            }
            out.append('}');
        }
        if (code != 0) {
            out.append(",\"code\":").append(code);
        }
        return out.append("}\n").toString();
    }

    private static void causeJson(StringBuilder out, Cause cause) {
        out.append('{');
        int start = out.length();
        member(out, "reason", cause.reason());
        member(out, "message", cause.message());
        member(out, "field", cause.field());
        if (out.length() > start) {
            out.deleteCharAt(start);
        }
        out.append("},");
    }

    private static void member(StringBuilder out, String name, String value) {
        if (!value.isEmpty()) {
            out.append(",\"").append(name).append("\":");
            quote(out, value);
        }
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                // Go's encoder escapes what could end a script in HTML
                case '<', '>', '&', '\u2028', '\u2029' -> unicode(out, c);
                default -> {
                    if (c < 0x20) {
                        unicode(out, c);
                    } else if (Character.isSurrogate(c) && !isPaired(text, i)) {
                        out.append("\\ufffd");
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static void unicode(StringBuilder out, char c) {
        out.append("\\u%04x".formatted((int) c));
    }

    private static boolean isPaired(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }
}
