package io.j8s.apiserver.discovery;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Routes;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestInfo;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The paths of discovery and OpenAPI.
///
/// @param endpoint serves what `source` has
public record DocumentRoutes(DocumentSource source, Endpoint endpoint) implements Routes {

    @Override
    public @Nullable Endpoint find(RequestInfo info, Exchange exchange) {
        return !info.isResourceRequest() && DocumentSource.mayServe(exchange.path())
                ? endpoint
                : null;
    }

    @Override
    public List<String> paths() {
        var paths =
                new ArrayList<>(
                        List.of(
                                "/api",
                                "/apis",
                                "/apis/",
                                "/openapi/v2",
                                "/openapi/v3",
                                "/openapi/v3/"));
        for (var group : source.groups()) {
            if (!group.name().isEmpty()) {
                paths.add("/apis/" + group.name());
            }
            group.versions().forEach(version -> paths.add("/" + version.path()));
        }
        return paths;
    }
}
