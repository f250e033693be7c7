package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusDetails;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// A refusal as the API server answered it. Its message is the server's own text, which controllers
/// quote in events and conditions. It is an answer and has no stack trace.
public final class StatusException extends RuntimeException {

    private final int code;
    private final String reason;
    private final transient @Nullable StatusDetails details;

    public StatusException(int code, String reason, String message) {
        this(code, reason, message, null);
    }

    public StatusException(
            int code, String reason, String message, @Nullable StatusDetails details) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
        this.details = details;
    }

    /// @param code the HTTP code, used when the status names none
    public static StatusException of(int code, Status status) {
        return new StatusException(
                status.getCode() == null ? code : status.getCode(),
                Meta.orEmpty(status.getReason()),
                Meta.orEmpty(status.getMessage()),
                status.getDetails());
    }

    public int code() {
        return code;
    }

    public String reason() {
        return reason;
    }

    /// The server's text; never null.
    public String message() {
        return Meta.orEmpty(getMessage());
    }

    public boolean isNotFound() {
        return reason.equals("NotFound") || (reason.isEmpty() && code == 404);
    }

    public boolean isAlreadyExists() {
        return reason.equals("AlreadyExists");
    }

    /// A stale resourceVersion or a failed precondition: to be retried on fresh state.
    public boolean isConflict() {
        return reason.equals("Conflict");
    }

    public boolean isForbidden() {
        return reason.equals("Forbidden");
    }

    public boolean isInvalid() {
        return reason.equals("Invalid");
    }

    public boolean isTimeout() {
        return reason.equals("Timeout") || reason.equals("ServerTimeout");
    }

    public boolean isMethodNotSupported() {
        return reason.equals("MethodNotAllowed") || code == 405;
    }

    /// 410: the asked revision is compacted; only a new list helps.
    public boolean isExpired() {
        return code == 410 || reason.equals("Expired") || reason.equals("Gone");
    }

    /// The create was refused because its namespace is being deleted.
    public boolean isNamespaceTerminating() {
        return hasCause("NamespaceTerminating");
    }

    public boolean hasCause(String type) {
        return details != null
                && details.getCauses() != null
                && details.getCauses().stream().anyMatch(cause -> type.equals(cause.getReason()));
    }

    /// What the server asked to wait, or null.
    public @Nullable Duration retryAfter() {
        return details == null || Meta.orZero(details.getRetryAfterSeconds()) == 0
                ? null
                : Duration.ofSeconds(details.getRetryAfterSeconds());
    }
}
