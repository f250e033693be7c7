package io.j8s.scheduler.config;

/// The configuration can't be used; the message is upstream's.
public final class ConfigurationException extends Exception {

    private static final long serialVersionUID = 1;

    public ConfigurationException(String message) {
        super(message, null, false, false);
    }
}
