package io.j8s.machinery.selectors;

/// A selector that can't be understood; the message is what clients read, behind a 400. It is an
/// answer, so it has no stack trace.
public final class SelectorException extends RuntimeException {

    public SelectorException(String message) {
        super(message, null, false, false);
    }

    /// The text for the client.
    public String text() {
        return String.valueOf(getMessage());
    }
}
