package io.j8s.apiserver.access;

import java.util.Arrays;
import java.util.Optional;

/// Who decides what users may: `--authorization-mode`, asked in the order given.
public enum AuthorizationMode {
    NODE("Node"),
    RBAC("RBAC"),
    ALWAYS_ALLOW("AlwaysAllow"),
    ALWAYS_DENY("AlwaysDeny");

    private final String word;

    AuthorizationMode(String word) {
        this.word = word;
    }

    /// As written on the command line.
    public String word() {
        return word;
    }

    public static Optional<AuthorizationMode> of(String word) {
        return Arrays.stream(values()).filter(mode -> mode.word.equals(word)).findFirst();
    }
}
