package io.j8s.apiserver.chain;

import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Finds who serves a request.
@FunctionalInterface
public interface Routes {

    /// Null when nobody here does; a refusal (such as 405) may be thrown.
    @Nullable Endpoint find(RequestInfo info, Exchange exchange);

    /// The paths that `/` lists.
    default List<String> paths() {
        return List.of();
    }
}
