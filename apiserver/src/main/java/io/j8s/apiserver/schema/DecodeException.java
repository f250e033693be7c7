package io.j8s.apiserver.schema;

/// Bytes that are no object of the type: the message is Go's, without the head that names the kind.
/// An answer, so without a stack trace.
public final class DecodeException extends RuntimeException {

    private final boolean syntax;

    DecodeException(String message, boolean syntax) {
        super(message, null, false, false);
        this.syntax = syntax;
    }

    /// The bytes are no JSON at all; else they are JSON of another shape.
    public boolean isSyntax() {
        return syntax;
    }

    public String text() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
