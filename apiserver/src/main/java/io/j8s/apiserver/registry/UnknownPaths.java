package io.j8s.apiserver.registry;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Routes;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.schema.ApiTable;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;

import org.jspecify.annotations.Nullable;

import java.util.Set;
import java.util.stream.Collectors;

/// The last of the routes: what lies under a built-in group but does not exist. Upstream's router
/// owns those paths and answers with a Status, where any other path ends in Go's plain text.
public final class UnknownPaths implements Routes {

    private static final String GROUPS = "/apis/";

    private final Set<String> groups;

    public UnknownPaths(ApiTable api) {
        groups = api.groups().stream().map(ApiTable.Group::name).collect(Collectors.toSet());
    }

    @Override
    public @Nullable Endpoint find(RequestInfo info, Exchange exchange) {
        if (isOurs(info.path())) {
            throw new ApiException(new ApiError.UnknownPath());
        }
        return null;
    }

    private boolean isOurs(String path) {
        if (!path.startsWith(GROUPS)) {
            return path.startsWith("/api/");
        }
        int slash = path.indexOf('/', GROUPS.length());
        return groups.contains(path.substring(GROUPS.length(), slash < 0 ? path.length() : slash));
    }
}
