package io.j8s.apiserver.subresource;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Routes;
import io.j8s.apiserver.registry.ApiState;
import io.j8s.apiserver.registry.ServedResource;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;

import org.jspecify.annotations.Nullable;

/// Finds who serves the parts of resources that have a behaviour and a kind of their own. Asked
/// before the generic verbs.
public final class SubresourceRoutes implements Routes {

    private final ApiState state;

    public SubresourceRoutes(ApiState state) {
        this.state = state;
    }

    @Override
    public @Nullable Endpoint find(RequestInfo info, Exchange exchange) {
        if (!info.isResourceRequest()) {
            return null;
        }
        if (info.group().isEmpty() && info.resource().equals("bindings")) {
            return info.subresource().isEmpty() && info.name().isEmpty() ? binding(info) : null;
        }
        if (info.group().isEmpty() && info.resource().equals("componentstatuses")) {
            return new ComponentStatuses(state);
        }
        if (info.subresource().isEmpty()) {
            return null;
        }
        var resource = state.registry().find(info.group(), info.version(), info.resource());
        if (resource == null || !resource.hasSubresource(info.subresource())) {
            return null;
        }
        return switch (info.subresource()) {
            case "binding" -> binding(info);
            case "eviction" -> post(info, new EvictionEndpoint(state, resource));
            case "scale" -> scale(info, resource);
            default -> null;
        };
    }

    private @Nullable Endpoint binding(RequestInfo info) {
        var pods = state.registry().find("", "v1", "pods");
        return pods == null ? null : post(info, new BindingEndpoint(state, pods));
    }

    private static Endpoint post(RequestInfo info, Endpoint endpoint) {
        if (!info.verb().equals("create")) {
            throw notAllowed();
        }
        return endpoint;
    }

    private Endpoint scale(RequestInfo info, ServedResource resource) {
        return switch (info.verb()) {
            case "get", "update", "patch" -> new ScaleEndpoint(state, resource);
            default -> throw notAllowed();
        };
    }

    private static ApiException notAllowed() {
        return new ApiException(new ApiError.MethodNotAllowed());
    }
}
