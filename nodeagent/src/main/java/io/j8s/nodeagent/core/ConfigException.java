package io.j8s.nodeagent.core;

import org.jspecify.annotations.Nullable;

/// A container or pod can't be started as its spec says. The reason is what its waiting state
/// shows, for instance `CreateContainerConfigError`.
public final class ConfigException extends Exception {

    private final String reason;

    public ConfigException(String reason, @Nullable String message) {
        super(message);
        this.reason = reason;
    }

    public static ConfigException ofContainer(@Nullable String message) {
        return new ConfigException("CreateContainerConfigError", message);
    }

    public String reason() {
        return reason;
    }
}
