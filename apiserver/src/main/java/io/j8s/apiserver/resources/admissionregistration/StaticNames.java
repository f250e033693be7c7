package io.j8s.apiserver.resources.admissionregistration;

import io.j8s.apiserver.resources.rules.At;

/// Names that only objects from files on the server's disk may have.
final class StaticNames {

    private static final String SUFFIX = ".static.k8s.io";

    private StaticNames() {}

    static void validate(At root) {
        String name = root.string("metadata.name");
        if (name.endsWith(SUFFIX)) {
            root.invalid(
                    "metadata.name",
                    name,
                    "names ending with \".static.k8s.io\" are reserved for static manifest-based"
                            + " configurations and cannot be managed via the API");
        }
    }
}
