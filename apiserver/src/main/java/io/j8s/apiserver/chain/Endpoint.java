package io.j8s.apiserver.chain;

import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;

/// What serves an authorized request.
public interface Endpoint {

    /// Runs on the connection's thread: it answers at once or goes on with a worker. A refusal may
    /// be thrown.
    void handle(Exchange exchange, RequestContext context);

    /// Whether the request goes on for as long as the client wants (watch, exec, log -f), so that
    /// neither limits of requests under way nor the request timeout apply.
    default boolean isLongRunning() {
        return false;
    }
}
