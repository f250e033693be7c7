package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.Freshness;
import io.j8s.apiserver.cache.ObjectSnapshot;
import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Negotiated;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.ObjectKey;

/// One object. Answered on the connection's thread when the cache is fresh enough.
final class GetVerb implements Endpoint {

    private final Serving serving;
    private final ServedResource resource;

    GetVerb(Serving serving, ServedResource resource) {
        this.serving = serving;
        this.resource = resource;
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        var form = Negotiation.of(exchange, true);
        resource.requireForm(form, false);
        if (exchange.query().flag("export")) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "the export parameter, deprecated since v1.14, is no longer"
                                    + " supported"));
        }
        var freshness = freshness(exchange);
        var snapshot = resource.reader().now(freshness);
        if (snapshot != null && snapshot.isLocal()) {
            serving.run(exchange, context, () -> answer(exchange, context, form, snapshot));
        } else {
            serving.onWorker(
                    exchange,
                    context,
                    () ->
                            answer(
                                    exchange,
                                    context,
                                    form,
                                    resource.reader().await(freshness, context.deadline())));
        }
    }

    private void answer(
            Exchange exchange, RequestContext context, Negotiated form, ObjectSnapshot snapshot)
            throws InterruptedException {
        var info = context.info();
        var key = new ObjectKey(resource.namespaced() ? info.namespace() : "", info.name());
        var object = snapshot.get(key);
        if (object == null) {
            throw new ApiException(new ApiError.NotFound(resource.groupResource(), info.name()));
        }
        var wanted = serving.wanted(exchange, form);
        serving.answer(
                exchange,
                context,
                200,
                form,
                Body.of(serving.forms().object(resource, object, wanted)));
    }

    /// Upstream: a get at a revision is a get of any state not older than it.
    private static Freshness freshness(Exchange exchange) {
        String asked = exchange.query().first("resourceVersion");
        long revision = Queries.revision(asked, "resourceVersion");
        if (asked.isEmpty()) {
            return Freshness.LATEST;
        }
        return revision == 0 ? Freshness.ANY : new Freshness.AtLeast(revision);
    }
}
