package io.j8s.apiserver.resources.storage;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.machinery.names.NameRules;

import java.util.Locale;

/// Rules that classes of volumes share: who serves them, with which parameters.
final class ClassParameters {

    private static final int COUNT_MAX = 512; // upstream: maxProvisionerParameterLen
    private static final int BYTES_MAX = 256 * 1024; // upstream: maxProvisionerParameterSize

    private ClassParameters() {}

    static void driver(At root, String field) {
        if (root.later().present(field)) {
            String name = root.string(field).toLowerCase(Locale.ROOT);
            root.all(field, name, NameRules.qualifiedName(name));
        }
    }

    static void validate(At root, boolean mayBeEmpty) {
        var parameters = root.tree().stringMap("parameters");
        if (parameters.size() > COUNT_MAX) {
            root.errors().tooLong("parameters", COUNT_MAX);
            return;
        }
        long bytes = 0;
        for (var entry : parameters.entrySet()) {
            if (entry.getKey().isEmpty()) {
                root.invalid("parameters", "", "field can not be empty.");
            }
            bytes += NameRules.utf8Length(entry.getKey()) + NameRules.utf8Length(entry.getValue());
        }
        if (bytes > BYTES_MAX) {
            root.errors().tooLong("parameters", BYTES_MAX);
        }
        if (!mayBeEmpty && parameters.isEmpty()) {
            root.required("parameters", "must contain at least one key/value pair");
        }
    }
}
