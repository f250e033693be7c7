package io.j8s.machinery.errors;

/// Carries a refusal to the edge that answers the request. It is an answer and no failure of the
/// program, so it has no stack trace.
public final class ApiException extends RuntimeException {

    private final transient ApiError error;

    public ApiException(ApiError error) {
        super(null, null, false, false);
        this.error = error;
    }

    /// Made when somebody asks: most refusals are answered without it.
    @Override
    public String getMessage() {
        return error.toString();
    }

    public ApiError error() {
        return error;
    }
}
