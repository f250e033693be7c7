package io.j8s.apiserver.discovery;

/// The two versions of OpenAPI, which say some things differently.
enum OpenApiDialect {
    V2("#/definitions/"),
    V3("#/components/schemas/");

    private final String prefix;

    OpenApiDialect(String prefix) {
        this.prefix = prefix;
    }

    String reference(String type) {
        return prefix + type;
    }
}
