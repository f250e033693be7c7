package io.j8s.apiserver.subresource;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.chain.Routes;
import io.j8s.apiserver.registry.ApiState;
import io.j8s.apiserver.registry.Queries;
import io.j8s.apiserver.registry.VirtualResource;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Serves what is answered and never stored: reviews and token requests. Asked before the generic
/// verbs.
public final class VirtualRoutes implements Routes {

    private final ApiState state;
    private final Map<Key, Served> served = new HashMap<>();

    private record Key(GroupVersionResource resource, String subresource) {}

    private record Served(VirtualResource resource, GroupVersionKind kind) {}

    public VirtualRoutes(ApiState state, List<VirtualResource> resources) {
        this.state = state;
        var table = state.schema().api();
        for (var resource : resources) {
            var gvr = resource.resource();
            var name =
                    resource.subresource().isEmpty()
                            ? gvr.resource()
                            : gvr.resource() + "/" + resource.subresource();
            var row = table.resource(gvr.group(), gvr.version(), name);
            if (row == null) {
                throw new IllegalStateException("no such resource: " + gvr);
            }
            var kind = new GroupVersionKind(row.kindGroup(), row.kindVersion(), row.kind());
            served.put(new Key(gvr, resource.subresource()), new Served(resource, kind));
        }
    }

    @Override
    public @Nullable Endpoint find(RequestInfo info, Exchange exchange) {
        if (!info.isResourceRequest()) {
            return null;
        }
        var found = served.get(new Key(info.groupVersionResource(), info.subresource()));
        if (found == null) {
            return null;
        }
        if (!info.verb().equals("create")) {
            throw new ApiException(new ApiError.MethodNotAllowed());
        }
        return (asked, context) -> create(found, asked, context);
    }

    private void create(Served found, Exchange exchange, RequestContext context) {
        var serving = state.serving();
        var form = Negotiation.of(exchange, false);
        var options = Queries.write(exchange.query(), "CreateOptions");
        var encoding = serving.bodies().encoding(exchange);
        serving.withBody(
                exchange,
                context,
                body -> {
                    var object =
                            serving.bodies()
                                    .read(
                                            encoding,
                                            body,
                                            found.kind,
                                            options.validation(),
                                            context);
                    if (!context.info().namespace().isEmpty()
                            && found.resource.subresource().isEmpty()
                            && object.string("metadata.namespace", "").isEmpty()) {
                        object.set("metadata.namespace", context.info().namespace());
                    }
                    var attributes = attributes(found, context, object, options.dryRun());
                    state.admission().mutate(attributes);
                    state.admission().validate(attributes);
                    var answer = found.resource.create(context, object);
                    answer.set("apiVersion", found.kind.apiVersion());
                    answer.set("kind", found.kind.kind());
                    serving.answer(
                            exchange,
                            context,
                            201,
                            form,
                            Body.of(serving.forms().encode(answer, found.kind, form)));
                });
    }

    private static AdmissionAttributes attributes(
            Served found, RequestContext context, Tree object, boolean dryRun) {
        var info = context.info();
        return new AdmissionAttributes(
                context,
                Operation.CREATE,
                found.resource.resource(),
                found.kind,
                found.resource.subresource(),
                new ObjectKey(info.namespace(), info.name()),
                object,
                null,
                null,
                dryRun);
    }
}
