package io.j8s.machinery.errors;

import io.j8s.machinery.meta.GroupResource;

import java.time.Duration;
import java.util.List;

/// Why the API server refuses a request: one record for each `Status.reason` (upstream:
/// `k8s.io/apimachinery/pkg/api/errors`). [Statuses] turns them into what clients read.
public sealed interface ApiError {

    record BadRequest(String message) implements ApiError {}

    record Unauthorized(String message) implements ApiError {}

    /// @param name empty when the request names no object
    record Forbidden(GroupResource resource, String name, String cause) implements ApiError {}

    /// 403: nothing new may come into a namespace that is going.
    record NamespaceTerminating(GroupResource resource, String name, String namespace)
            implements ApiError {}

    record NotFound(GroupResource resource, String name) implements ApiError {}

    /// The path or resource does not exist at all: `the server could not find the requested
    /// resource`.
    record UnknownPath() implements ApiError {}

    /// @param isGoing whether the object that has the name is being deleted
    record AlreadyExists(GroupResource resource, String name, boolean isGoing) implements ApiError {

        public AlreadyExists(GroupResource resource, String name) {
            this(resource, name, false);
        }
    }

    /// No free name was found for a `generateName`: 409 with reason `AlreadyExists`.
    record GeneratedNameTaken(GroupResource resource, String name) implements ApiError {}

    /// @param cause e.g. `the object has been modified; please apply your changes to the latest
    ///   version and try again`
    record Conflict(GroupResource resource, String name, String cause) implements ApiError {}

    /// A server-side apply that would take fields from other managers (reason `Conflict` too).
    ///
    /// @param causes field conflicts, each with type `FieldManagerConflict`
    record ApplyConflict(List<FieldError> causes) implements ApiError {}

    /// @param group the kind's API group, empty for core
    record Invalid(String group, String kind, String name, List<FieldError> causes)
            implements ApiError {
        public Invalid {
            causes = List.copyOf(causes);
        }
    }

    /// 410 with reason `Expired`: the resourceVersion or continue token is below the horizon.
    record Expired(String message) implements ApiError {}

    /// 410 with reason `Expired`: a list's next page cannot be had at the first page's revision.
    ///
    /// @param token goes on with what is there now
    record ContinueExpired(String token) implements ApiError {}

    /// 410 with reason `Gone`.
    record Gone(String message) implements ApiError {}

    record TooManyRequests(String message, Duration retryAfter) implements ApiError {}

    /// 429 because of a PodDisruptionBudget, which the cause of type `DisruptionBudget` names.
    record DisruptionBudget(String cause, Duration retryAfter) implements ApiError {}

    /// 403 because a PodDisruptionBudget's own status is not to be trusted.
    ///
    /// @param why the message's end
    /// @param cause what the cause of type `DisruptionBudget` says
    record BrokenDisruptionBudget(String name, String why, String cause) implements ApiError {}

    record RequestEntityTooLarge(String message) implements ApiError {}

    record UnsupportedMediaType(String message) implements ApiError {}

    record NotAcceptable(String message) implements ApiError {}

    /// 406 and 415 of upstream's router, before any resource is asked.
    ///
    /// @param available the forms that the path has
    record NotProduced(List<String> available) implements ApiError {
        public NotProduced {
            available = List.copyOf(available);
        }
    }

    record NotConsumed() implements ApiError {}

    /// A patch that does not apply to the object as it is.
    record Unprocessable() implements ApiError {}

    /// The path is there, but not for this method. Upstream's router answers so, before any
    /// resource is asked: the message names neither.
    record MethodNotAllowed() implements ApiError {}

    /// 504: the server gave up waiting, e.g. for its cache to reach a resourceVersion.
    record Timeout(String message, Duration retryAfter) implements ApiError {}

    /// 504 with reason `Timeout` and cause `ResourceVersionTooLarge`.
    ///
    /// @param retryAfter zero when there is no use in trying again soon
    record TooLargeResourceVersion(long asked, long current, Duration retryAfter)
            implements ApiError {}

    record ServiceUnavailable(String message) implements ApiError {}

    /// An answer that an admission plugin or webhook worded itself.
    ///
    /// @param reason may be empty
    record Custom(int code, String reason, String message) implements ApiError {}

    /// A bug or a failing dependency; the message is shown, the stack trace is only logged.
    record Internal(String message) implements ApiError {}
}
