package io.j8s.apiserver.registry;

import io.j8s.apiserver.chain.Answers;
import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Routes;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/// Finds the verb for a request about a stored resource.
public final class ResourceRoutes implements Routes {

    /// Subresources that are another view on the same object.
    private static final Set<String> SAME_KIND =
            Set.of("status", "finalize", "approval", "ephemeralcontainers", "resize");

    private final Registry registry;
    private final Serving serving;
    private final EventFrames frames;

    public ResourceRoutes(Registry registry, Serving serving, EventFrames frames) {
        this.registry = registry;
        this.serving = serving;
        this.frames = frames;
    }

    @Override
    public @Nullable Endpoint find(RequestInfo info, Exchange exchange) {
        if (!info.isResourceRequest()) {
            return null;
        }
        var resource = registry.find(info.group(), info.version(), info.resource());
        if (resource == null) {
            return null;
        }
        boolean isOwnNamespace =
                info.resource().equals("namespaces") && info.name().equals(info.namespace());
        if (!resource.namespaced() && !info.namespace().isEmpty() && !isOwnNamespace) {
            return null; // upstream: no such path
        }
        if (resource.namespaced() && info.namespace().isEmpty() && !isCollection(info)) {
            return null;
        }
        if (info.path().startsWith("//")) {
            return null; // upstream's router takes paths as they are
        }
        var endpoint =
                info.subresource().isEmpty()
                        ? object(resource, info, exchange)
                        : subresource(resource, info, exchange);
        return endpoint == null || resource.deprecationWarning().isEmpty()
                ? endpoint
                : new Warned(endpoint, resource.deprecationWarning());
    }

    /// Tells every client of a kind that it should use another one.
    private record Warned(Endpoint endpoint, String warning) implements Endpoint {

        @Override
        public void handle(Exchange exchange, RequestContext context) {
            Answers.warningHeaders(List.of(warning))
                    .forEach(header -> exchange.addAnswerHeader(header.name(), header.value()));
            endpoint.handle(exchange, context);
        }

        @Override
        public boolean isLongRunning() {
            return endpoint.isLongRunning();
        }
    }

    /// Not about one object by its path: a selector for a name does not make it one.
    private static boolean isCollection(RequestInfo info) {
        return info.name().isEmpty() || info.verb().equals("list") || info.verb().equals("watch");
    }

    private Endpoint object(ServedResource resource, RequestInfo info, Exchange exchange) {
        if (exchange.method().equals("HEAD") || !resource.allows(info.verb())) {
            throw notAllowed();
        }
        boolean hasPlace = !resource.namespaced() || !info.namespace().isEmpty();
        boolean wantsName = info.verb().equals("update") || info.verb().equals("patch");
        boolean wantsPlace = !info.verb().equals("list") && !info.verb().equals("watch");
        if ((wantsPlace && !hasPlace)
                || (wantsName && info.name().isEmpty())
                || (info.verb().equals("create") && !info.name().isEmpty())) {
            throw notAllowed();
        }
        return switch (info.verb()) {
            case "get" -> new GetVerb(serving, resource);
            case "list" -> new ListVerb(serving, resource);
            case "watch" -> new WatchVerb(serving, resource, frames);
            case "create" -> new CreateVerb(serving, resource);
            case "update" -> new UpdateVerb(serving, resource, "");
            case "patch" -> new PatchVerb(serving, resource, "");
            case "delete" -> new DeleteVerb(serving, resource);
            case "deletecollection" -> new DeleteCollectionVerb(serving, resource);
            default -> throw notAllowed();
        };
    }

    private @Nullable Endpoint subresource(
            ServedResource resource, RequestInfo info, Exchange exchange) {
        String name = info.subresource();
        if (!SAME_KIND.contains(name) || !resource.hasSubresource(name)) {
            return null;
        }
        if (exchange.method().equals("HEAD")) {
            throw notAllowed();
        }
        return switch (info.verb()) {
            case "get" -> new GetVerb(serving, resource);
            case "update" -> new UpdateVerb(serving, resource, name);
            case "patch" -> new PatchVerb(serving, resource, name);
            default -> throw notAllowed();
        };
    }

    private static ApiException notAllowed() {
        return new ApiException(new ApiError.MethodNotAllowed());
    }
}
