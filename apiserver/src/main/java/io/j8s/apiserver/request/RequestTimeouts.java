package io.j8s.apiserver.request;

import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.quantity.GoDuration;

import java.time.Duration;
import java.util.Set;

/// How long a request may take: `?timeout=`, as long as it asks for less than the server's own
/// limit (upstream: `WithRequestDeadline`).
public final class RequestTimeouts {

    private static final Duration MAX = Duration.ofSeconds(60); // upstream: --request-timeout
    private static final Set<String> LONG_RUNNING = Set.of("watch", "proxy");
    private static final Set<String> LONG_RUNNING_SUBRESOURCES =
            Set.of("attach", "exec", "proxy", "log", "portforward");

    private RequestTimeouts() {}

    /// Refuses what is no duration, except for requests that go on for as long as the client wants.
    public static Duration of(RequestInfo info, Query query) {
        String asked = query.first("timeout");
        if (asked.isEmpty() || isLongRunning(info)) {
            return MAX;
        }
        try {
            var timeout = GoDuration.parse(asked);
            return timeout.isPositive() && timeout.compareTo(MAX) < 0 ? timeout : MAX;
        } catch (IllegalArgumentException e) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "invalid timeout specified in the request URL - " + e.getMessage()));
        }
    }

    private static boolean isLongRunning(RequestInfo info) {
        return LONG_RUNNING.contains(info.verb())
                || (info.isResourceRequest()
                        && LONG_RUNNING_SUBRESOURCES.contains(info.subresource()));
    }
}
