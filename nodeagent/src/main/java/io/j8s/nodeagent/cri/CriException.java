package io.j8s.nodeagent.cri;

/// A call that the container runtime refused or did not answer.
public final class CriException extends Exception {

    /// What callers tell apart; everything else is one thing to them.
    public enum Kind {
        NOT_FOUND,
        UNAVAILABLE,
        TIMEOUT,
        UNIMPLEMENTED,
        OTHER
    }

    private final Kind kind;
    private final String description;

    /// @param code the status code as Go prints it, for instance `DeadlineExceeded`
    public CriException(Kind kind, String code, String description) {
        super("rpc error: code = " + code + " desc = " + description);
        this.kind = kind;
        this.description = description;
    }

    public Kind kind() {
        return kind;
    }

    /// The runtime's own words, without the code that [#getMessage] begins with.
    public String description() {
        return description;
    }
}
