package io.j8s.apiserver.proxy;

import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.errors.Status;
import io.j8s.machinery.errors.Status.Details;
import io.j8s.machinery.errors.Statuses;

import java.util.List;

/// What an agent's refusal of a log becomes for the client: agents say it in plain text (upstream:
/// `GenericHttpResponseChecker` over `NewGenericServerResponse`). Pure.
final class AgentRefusal {

    /// What is read of the agent's words.
    static final int BYTES_MAX = 50_000;

    private AgentRefusal() {}

    /// @param text the agent's body
    /// @param pod its name
    static Status of(int code, String text, String pod) {
        return switch (code) {
            case 400 -> Statuses.of(new ApiError.BadRequest(text));
            case 500 -> Statuses.of(new ApiError.Internal(text));
            case 401 ->
                    generic(
                            code,
                            "Unauthorized",
                            "the server has asked for the client to provide credentials",
                            pod);
            case 403 -> generic(code, "Forbidden", text, pod);
            case 404 ->
                    generic(
                            code,
                            "NotFound",
                            "the server could not find the requested resource",
                            pod);
            case 405 ->
                    generic(
                            code,
                            "MethodNotAllowed",
                            "the server does not allow this method on the requested resource",
                            pod);
            case 422 ->
                    generic(
                            code,
                            "Invalid",
                            "the server rejected our request due to an error in our request",
                            pod);
            case 429 ->
                    generic(
                            code,
                            "TooManyRequests",
                            "the server has received too many requests and has asked us to try"
                                    + " again later",
                            pod);
            case 503 ->
                    generic(
                            code,
                            "ServiceUnavailable",
                            "the server is currently unable to handle the request",
                            pod);
            case 504 ->
                    generic(
                            code,
                            "Timeout",
                            "the server was unable to return a response in the time allotted, but"
                                    + " may still be processing the request",
                            pod);
            default -> other(code, text, pod);
        };
    }

    private static Status other(int code, String text, String pod) {
        return code > 500
                ? generic(
                        code,
                        "InternalError",
                        "an error on the server (%s) has prevented the request from succeeding"
                                .formatted(FieldErrors.quote(text)),
                        pod)
                : generic(
                        code,
                        "",
                        "the server responded with the status code %d but did not return more"
                                        .formatted(code)
                                + " information",
                        pod);
    }

    // upstream leaves out the verb between the bracket and the resource, but not its space
    private static Status generic(int code, String reason, String message, String pod) {
        return new Status(
                "Failure",
                message + " ( pods/log " + pod + ")",
                reason,
                new Details(pod, "", "pods/log", "", List.of(), 0),
                code,
                "");
    }
}
