package io.j8s.apiserver.schema;

/// The query parameter `fieldValidation`: what happens to unknown and duplicate fields.
public enum FieldValidation {
    IGNORE,
    WARN,
    STRICT
}
