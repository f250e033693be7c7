package io.j8s.machinery.errors;

/// Carries a refusal to the edge that answers the request. It is an answer and no failure of the
/// program, so it has no stack trace.
public final class ApiException extends RuntimeException {

    private final transient ApiError error;

    public ApiException(ApiError error) {
        super(error.toString(), null, false, false);
        this.error = error;
    }

    public ApiError error() {
        return error;
    }
}
