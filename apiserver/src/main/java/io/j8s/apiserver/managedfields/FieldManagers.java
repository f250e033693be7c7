package io.j8s.apiserver.managedfields;

import io.j8s.machinery.errors.FieldErrors;

/// Names of field managers and the rules on them.
public final class FieldManagers {

    private static final int NAME_BYTES_MAX = 128; // upstream: FieldManagerMaxLength

    private FieldManagers() {}

    /// The `fieldManager` of a request, else its User-Agent up to the first slash (upstream:
    /// `managerOrUserAgent`).
    public static String name(String fieldManager, String userAgent) {
        if (!fieldManager.isEmpty()) {
            return fieldManager;
        }
        int slash = userAgent.indexOf('/');
        String prefix = slash < 0 ? userAgent : userAgent.substring(0, slash);
        var out = new StringBuilder();
        int[] bytes = {0};
        prefix.codePoints()
                .filter(FieldManagers::isPrintable)
                .takeWhile(c -> {
                    bytes[0] += utf8Length(c);
                    return bytes[0] <= NAME_BYTES_MAX;
                })
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    /// What is wrong with a `fieldManager` parameter; `apply` requires one and no other patch may
    /// force. Put into an `Invalid` of `PatchOptions.meta.k8s.io` (or Create/UpdateOptions).
    public static void validatePatch(
            String fieldManager, boolean apply, boolean forceGiven, FieldErrors errors) {
        if (apply && fieldManager.isEmpty()) {
            errors.required("fieldManager", "is required for apply patch");
        }
        if (!apply && forceGiven) {
            errors.forbidden("force", "may not be specified for non-apply patch");
        }
        validate(fieldManager, errors);
    }

    public static void validate(String fieldManager, FieldErrors errors) {
        int bytes = 0;
        for (int c : fieldManager.codePoints().toArray()) {
            bytes += utf8Length(c);
        }
        if (bytes > NAME_BYTES_MAX) {
            errors.tooLong("fieldManager", NAME_BYTES_MAX);
        }
        int at = 0;
        for (int c : fieldManager.codePoints().toArray()) {
            if (!isPrintable(c)) {
                errors.invalid(
                        "fieldManager",
                        fieldManager,
                        "invalid character U+%04X (at position %d)".formatted(c, at));
            }
            at += utf8Length(c);
        }
    }

    private static int utf8Length(int c) {
        return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    }

    /// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
    private static boolean isPrintable(int c) {
        if (c == ' ') {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }
}
