package io.j8s.machinery.errors;

/// One cause of an invalid object, with upstream's texts
/// (`k8s.io/apimachinery/pkg/util/validation/field`).
///
/// @param type the `reason` of the cause, e.g. `FieldValueInvalid`
/// @param field path such as `spec.ports[0].name`; empty for the whole object
/// @param message complete text after `path: `, e.g. `Invalid value: "x": must be positive`
public record FieldError(Type type, String field, String message) {

    /// Upstream's `field.ErrorType` with the `reason` that clients see.
    public enum Type {
        NOT_FOUND("FieldValueNotFound", "Not found"),
        REQUIRED("FieldValueRequired", "Required value"),
        DUPLICATE("FieldValueDuplicate", "Duplicate value"),
        INVALID("FieldValueInvalid", "Invalid value"),
        NOT_SUPPORTED("FieldValueNotSupported", "Unsupported value"),
        FORBIDDEN("FieldValueForbidden", "Forbidden"),
        TOO_LONG("FieldValueTooLong", "Too long"),
        TOO_SHORT("FieldValueTooShort", "Too short"),
        TOO_MANY("FieldValueTooMany", "Too many"),
        TOO_FEW("FieldValueTooFew", "Too few"),
        INTERNAL("InternalError", "Internal error"),
        TYPE_INVALID("FieldValueTypeInvalid", "Invalid value"),
        MANAGER_CONFLICT("FieldManagerConflict", "conflict");

        private final String reason;
        private final String text;

        Type(String reason, String text) {
            this.reason = reason;
            this.text = text;
        }

        public String reason() {
            return reason;
        }

        public String text() {
            return text;
        }
    }

    /// `spec.replicas: Invalid value: -1: must be greater than or equal to 0`.
    @Override
    public String toString() {
        return field + ": " + message;
    }
}
