package io.j8s.apiserver.chain;

import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;

import org.jspecify.annotations.Nullable;

/// Learns of every request that is served: metrics, later audit. Never blocks.
@FunctionalInterface
public interface Observer {

    Observer NONE = (_, _) -> null;

    /// What to run when the request has been answered; null for nothing.
    @Nullable Runnable began(RequestContext context, Exchange exchange);

    /// Both learn of it.
    default Observer and(Observer other) {
        return (context, exchange) -> {
            var first = began(context, exchange);
            var second = other.began(context, exchange);
            if (first == null || second == null) {
                return first == null ? second : first;
            }
            return () -> {
                first.run();
                second.run();
            };
        };
    }
}
