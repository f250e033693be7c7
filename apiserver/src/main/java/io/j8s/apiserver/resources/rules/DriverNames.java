package io.j8s.apiserver.resources.rules;

import io.j8s.machinery.names.NameRules;

import java.util.List;
import java.util.Locale;

/// Names of drivers wherever they stand (upstream: `ValidateCSIDriverName`).
public final class DriverNames {

    private static final int LENGTH_MAX = 63;

    private DriverNames() {}

    public static void validate(At at, String field) {
        if (at.present(field)) {
            validate(at, field, at.string(field));
        }
    }

    public static void validate(At at, String field, String name) {
        if (NameRules.utf8Length(name) > LENGTH_MAX) {
            at.errors().tooLong(at.path(field), LENGTH_MAX);
        }
        at.all(field, name, texts(name));
    }

    private static List<String> texts(String name) {
        return NameRules.dns1123Subdomain(name.toLowerCase(Locale.ROOT));
    }

    /// The same by upstream's declared rules, which have other texts.
    public static void declared(At at, String field) {
        if (!at.present(field)) {
            return;
        }
        String name = at.string(field);
        if (name.codePointCount(0, name.length()) > LENGTH_MAX) {
            at.errors().tooManyCharacters(at.path(field), LENGTH_MAX);
        }
        at.all(
                field,
                name,
                texts(name).stream()
                        .map(text ->
                                text.replace("a lowercase RFC", "an RFC")
                                        .replace("of lower case", "of")
                                        .replace("'example.com'", "'Example.com'"))
                        .toList());
    }
}
