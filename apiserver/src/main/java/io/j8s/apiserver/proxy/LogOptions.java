package io.j8s.apiserver.proxy;

import io.j8s.apiserver.registry.Queries;
import io.j8s.apiserver.request.Query;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.DecodeException;
import io.j8s.apiserver.schema.Rfc3339;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

/// Refuses what nobody may ask of a log (upstream: the query's conversion to `PodLogOptions` and
/// `ValidatePodLogOptions`, with the gate PodLogsQuerySplitStreams off). Pure.
final class LogOptions {

    private LogOptions() {}

    /// @param pod its name, which refusals tell
    static void check(Query query, String pod) {
        Long seconds = Queries.number(query, "sinceSeconds");
        boolean hasTime = hasTime(query.first("sinceTime"));
        Long tail = Queries.number(query, "tailLines");
        Long limit = Queries.number(query, "limitBytes");
        var errors = new FieldErrors();
        if (tail != null && tail < 0) {
            errors.invalid("tailLines", tail, At.NOT_NEGATIVE);
        }
        positive("limitBytes", limit, errors);
        if (seconds != null && hasTime) {
            errors.forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified");
        } else {
            positive("sinceSeconds", seconds, errors);
        }
        if (query.has("stream")) {
            errors.forbidden("stream", "may not be specified");
        }
        if (!errors.isEmpty()) {
            throw new ApiException(new ApiError.Invalid("", "PodLogOptions", pod, errors.list()));
        }
    }

    private static void positive(String name, @Nullable Long value, FieldErrors errors) {
        if (value != null && value < 1) {
            errors.invalid(name, value, "must be greater than 0");
        }
    }

    private static boolean hasTime(String text) {
        if (text.isEmpty() || text.equals("null")) { // upstream: as old clients wrote none
            return false;
        }
        try {
            Rfc3339.parse(text, false);
            return true;
        } catch (DecodeException e) {
            throw new ApiException(new ApiError.BadRequest(String.valueOf(e.getMessage())));
        }
    }
}
