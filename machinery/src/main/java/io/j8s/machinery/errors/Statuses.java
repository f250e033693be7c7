package io.j8s.machinery.errors;

import io.j8s.machinery.errors.Status.Cause;
import io.j8s.machinery.errors.Status.Details;
import io.j8s.machinery.meta.GroupResource;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeMap;

/// The only place where an error becomes a `v1.Status`. Messages are protocol: clients match on
/// them (upstream: `k8s.io/apimachinery/pkg/api/errors`).
public final class Statuses {

    // upstream names it in the singular
    private static final GroupResource BUDGET = new GroupResource("policy", "poddisruptionbudget");

    private Statuses() {}

    public static Status of(ApiError error) {
        return switch (error) { // no default: a new record must fail to compile here
            case ApiError.BadRequest(var message) -> failure(400, "BadRequest", message, null);
            case ApiError.Unauthorized(var message) ->
                    failure(
                            401,
                            "Unauthorized",
                            message.isEmpty() ? "not authorized" : message,
                            null);
            case ApiError.Forbidden(var resource, var name, var cause) ->
                    failure(
                            403,
                            "Forbidden",
                            forbidden(resource, name, cause),
                            about(resource, name));
            case ApiError.NamespaceTerminating(var resource, var name, var namespace) ->
                    failure(
                            403,
                            "Forbidden",
                            forbidden(
                                    resource,
                                    name,
                                    "unable to create new content in namespace "
                                            + namespace
                                            + " because it is being terminated"),
                            new Details(
                                    name,
                                    resource.group(),
                                    resource.resource(),
                                    "",
                                    List.of(
                                            new Cause(
                                                    "NamespaceTerminating",
                                                    "namespace "
                                                            + namespace
                                                            + " is being terminated",
                                                    "metadata.namespace")),
                                    0));
            case ApiError.NotFound(var resource, var name) ->
                    failure(
                            404,
                            "NotFound",
                            resource + " " + FieldErrors.quote(name) + " not found",
                            about(resource, name));
            case ApiError.UnknownPath() ->
                    failure(
                            404,
                            "NotFound",
                            "the server could not find the requested resource",
                            about(new GroupResource("", ""), ""));
            case ApiError.AlreadyExists(var resource, var name, var isGoing) ->
                    failure(
                            409,
                            "AlreadyExists",
                            (isGoing ? "object is being deleted: " : "")
                                    + resource
                                    + " "
                                    + FieldErrors.quote(name)
                                    + " already exists",
                            about(resource, name));
            case ApiError.GeneratedNameTaken(var resource, var name) ->
                    failure(
                            409,
                            "AlreadyExists",
                            resource
                                    + " "
                                    + FieldErrors.quote(name)
                                    + " already exists, the server was not able to generate a"
                                    + " unique name for the object",
                            new Details(
                                    name, resource.group(), resource.resource(), "", List.of(), 1));
            case ApiError.Conflict(var resource, var name, var cause) ->
                    failure(
                            409,
                            "Conflict",
                            "Operation cannot be fulfilled on "
                                    + resource
                                    + " "
                                    + FieldErrors.quote(name)
                                    + ": "
                                    + cause,
                            about(resource, name));
            case ApiError.ApplyConflict(var causes) ->
                    failure(
                            409,
                            "Conflict",
                            applyConflict(causes),
                            new Details("", "", "", "", causes(causes), 0));
            case ApiError.Invalid(var group, var kind, var name, var causes) ->
                    failure(
                            422,
                            "Invalid",
                            invalid(new GroupResource(group, kind), name, causes),
                            new Details(name, group, kind, "", causes(causes), 0));
            case ApiError.Expired(var message) -> failure(410, "Expired", message, null);
            case ApiError.ContinueExpired(var token) ->
                    new Status(
                            "Failure",
                            "The provided continue parameter is too old to display a consistent"
                                    + " list result. You can start a new list without the continue"
                                    + " parameter, or use the continue token in this response to"
                                    + " retrieve the remainder of the results. Continuing with the"
                                    + " provided token results in an inconsistent list - objects"
                                    + " that were created, modified, or deleted between the time"
                                    + " the first chunk was returned and now may show up in the"
                                    + " list.",
                            "Expired",
                            null,
                            410,
                            token);
            case ApiError.Gone(var message) -> failure(410, "Gone", message, null);
            case ApiError.TooManyRequests(var message, var retryAfter) ->
                    failure(429, "TooManyRequests", message, retry(retryAfter, List.of()));
            case ApiError.DisruptionBudget(var cause, var retryAfter) ->
                    failure(
                            429,
                            "TooManyRequests",
                            "Cannot evict pod as it would violate the pod's disruption budget.",
                            retry(retryAfter, List.of(new Cause("DisruptionBudget", cause, ""))));
            case ApiError.BrokenDisruptionBudget(var name, var why, var cause) ->
                    failure(
                            403,
                            "Forbidden",
                            forbidden(BUDGET, name, why),
                            new Details(
                                    name,
                                    BUDGET.group(),
                                    BUDGET.resource(),
                                    "",
                                    List.of(new Cause("DisruptionBudget", cause, "")),
                                    0));
            case ApiError.RequestEntityTooLarge(var message) ->
                    failure(
                            413,
                            "RequestEntityTooLarge",
                            "Request entity too large: " + message,
                            null);
            case ApiError.UnsupportedMediaType(var message) ->
                    failure(415, "UnsupportedMediaType", message, null);
            case ApiError.NotAcceptable(var message) ->
                    failure(406, "NotAcceptable", message, null);
            case ApiError.NotProduced(var available) ->
                    failure(
                            406,
                            "NotAcceptable",
                            "406: Not Acceptable\n\nAvailable representations: "
                                    + String.join(", ", available),
                            about(new GroupResource("", ""), ""));
            case ApiError.NotConsumed() ->
                    failure(
                            415,
                            "UnsupportedMediaType",
                            "415: Unsupported Media Type",
                            about(new GroupResource("", ""), ""));
            case ApiError.Unprocessable() ->
                    failure(
                            422,
                            "Invalid",
                            "the server rejected our request due to an error in our request",
                            about(new GroupResource("", ""), ""));
            case ApiError.MethodNotAllowed() ->
                    failure(
                            405,
                            "MethodNotAllowed",
                            "the server does not allow this method on the requested resource",
                            about(new GroupResource("", ""), ""));
            case ApiError.Timeout(var message, var retryAfter) ->
                    failure(504, "Timeout", "Timeout: " + message, retry(retryAfter, List.of()));
            case ApiError.TooLargeResourceVersion(var asked, var current, var retryAfter) ->
                    failure(
                            504,
                            "Timeout",
                            "Timeout: Too large resource version: "
                                    + asked
                                    + ", current: "
                                    + current,
                            retry(
                                    retryAfter,
                                    List.of(
                                            new Cause(
                                                    "ResourceVersionTooLarge",
                                                    "Too large resource version",
                                                    ""))));
            case ApiError.ServiceUnavailable(var message) ->
                    failure(503, "ServiceUnavailable", message, null);
            case ApiError.Custom(var code, var reason, var message) ->
                    failure(code, reason, message, null);
            case ApiError.Internal(var message) ->
                    failure(
                            500,
                            "InternalError",
                            "Internal error occurred: " + message,
                            new Details("", "", "", "", List.of(new Cause("", message, "")), 0));
        };
    }

    private static Status failure(
            int code, String reason, String message, @Nullable Details details) {
        return new Status("Failure", message, reason, details, code, "");
    }

    private static Details about(GroupResource resource, String name) {
        return new Details(name, resource.group(), resource.resource(), "", List.of(), 0);
    }

    private static Details retry(Duration after, List<Cause> causes) {
        return new Details("", "", "", "", causes, (int) after.toSeconds());
    }

    private static String forbidden(GroupResource resource, String name, String cause) {
        if (resource.resource().isEmpty()) {
            return "forbidden: " + cause;
        }
        return name.isEmpty()
                ? resource + " is forbidden: " + cause
                : resource + " " + FieldErrors.quote(name) + " is forbidden: " + cause;
    }

    private static String invalid(GroupResource kind, String name, List<FieldError> causes) {
        String subject = kind + " " + FieldErrors.quote(name) + " is invalid";
        // upstream: an aggregate names equal texts once
        var texts = new LinkedHashSet<String>();
        causes.forEach(cause -> texts.add(cause.toString()));
        return switch (texts.size()) {
            case 0 -> subject;
            case 1 -> subject + ": " + texts.getFirst();
            default -> subject + ": [" + String.join(", ", texts) + "]";
        };
    }

    private static List<Cause> causes(List<FieldError> errors) {
        return errors.stream()
                .map(error -> new Cause(error.type().reason(), error.message(), error.field()))
                .toList();
    }

    /// One line for one conflict, else a list below each manager in the managers' order.
    private static String applyConflict(List<FieldError> causes) {
        if (causes.size() == 1) {
            var only = causes.getFirst();
            return "Apply failed with 1 conflict: " + only.message() + ": " + only.field();
        }
        var byManager = new TreeMap<String, LinkedHashMap<String, Boolean>>();
        for (var cause : causes) {
            byManager
                    .computeIfAbsent(cause.message(), _ -> new LinkedHashMap<>())
                    .put(cause.field(), true);
        }
        var lines = new StringBuilder("Apply failed with " + causes.size() + " conflicts: ");
        byManager.forEach((manager, fields) -> {
            lines.append(manager.replaceFirst("^conflict ", "conflicts ")).append(":\n");
            fields.keySet().forEach(field -> lines.append("- ").append(field).append('\n'));
        });
        lines.setLength(lines.length() - 1);
        return lines.toString();
    }
}
