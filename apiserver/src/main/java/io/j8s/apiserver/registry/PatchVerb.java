package io.j8s.apiserver.registry;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.patch.ApplyConfiguration;
import io.j8s.apiserver.patch.Patches;
import io.j8s.apiserver.patch.Patches.Kind;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

/// PATCH in its four kinds (upstream: `endpoints/handlers/patch.go`).
final class PatchVerb implements Endpoint {

    private static final int ATTEMPTS_MAX = 5; // upstream: MaxRetryWhenPatchConflicts
    private final Serving serving;
    private final ServedResource resource;
    private final String subresource;

    /// @param subresource one whose body is the object itself; empty for the object
    PatchVerb(Serving serving, ServedResource resource, String subresource) {
        this.serving = serving;
        this.resource = resource;
        this.subresource = subresource;
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        Kind kind = PatchTypes.of(exchange);
        var form = Negotiation.of(exchange, true);
        resource.requireForm(form, false);
        var options = Queries.patch(exchange.query(), kind == null);
        var info = context.info();
        var key = new ObjectKey(resource.namespaced() ? info.namespace() : "", info.name());
        var request = new WriteRequest(resource, context, key, subresource, options);
        serving.withBody(
                exchange,
                context,
                body -> {
                    var result = kind == null ? apply(request, body) : patch(request, kind, body);
                    var wanted = serving.wanted(exchange, form);
                    serving.answer(
                            exchange,
                            context,
                            result.created() ? 201 : 200,
                            form,
                            Body.of(serving.forms().object(resource, result.object(), wanted)));
                });
    }

    private Modification.Result patch(WriteRequest request, Kind kind, byte[] body)
            throws InterruptedException {
        if (!JsonCodec.isValid(body)) {
            throw new ApiException(new ApiError.BadRequest("invalid JSON patch"));
        }
        return serving.writes()
                .modify(
                        request,
                        current -> {
                            if (current == null) {
                                throw new IllegalStateException("a patch creates nothing");
                            }
                            var live = resource.fromStored(current);
                            var patched =
                                    Patches.apply(kind, live, body, request.options().validation());
                            patched.warnings().forEach(request.context()::warn);
                            var object = patched.object();
                            checkSame(request, object);
                            return serving.writes().noted(request, current, object);
                        },
                        ATTEMPTS_MAX,
                        false);
    }

    /// A patch must not make another object of it.
    private void checkSame(WriteRequest request, Tree object) {
        Writes.checkNamespace(request, object);
        Writes.checkName(request, object);
        object.set("apiVersion", resource.gvk().apiVersion());
        object.set("kind", resource.gvk().kind());
    }

    private Modification.Result apply(WriteRequest request, byte[] body)
            throws InterruptedException {
        var configuration = ApplyConfiguration.read(body);
        return serving.writes()
                .modify(
                        request,
                        current -> applied(request, current, configuration),
                        ATTEMPTS_MAX,
                        request.subresource().isEmpty());
    }

    private Tree applied(
            WriteRequest request, @Nullable Tree current, ApplyConfiguration configuration) {
        var writes = serving.writes();
        var live = current == null ? null : resource.fromStored(current);
        Tree object = writes.fields().applied(live, configuration.object(), request, writes.now());
        if (current == null) {
            Writes.checkNoUid(request, object);
            Writes.wipe(object);
        }
        configuration.check(request.options().validation(), request.context()::warn);
        checkSame(request, object);
        resource.defaults(object);
        var stored = resource.toStored(object);
        request.kind().applyDefaults(stored);
        return stored;
    }
}
