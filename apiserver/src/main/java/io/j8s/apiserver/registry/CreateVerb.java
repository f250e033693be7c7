package io.j8s.apiserver.registry;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.machinery.meta.ObjectKey;

/// POST of a new object.
final class CreateVerb implements Endpoint {

    private final Serving serving;
    private final ServedResource resource;

    CreateVerb(Serving serving, ServedResource resource) {
        this.serving = serving;
        this.resource = resource;
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        var form = Negotiation.of(exchange, true);
        resource.requireForm(form, false);
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
                                            resource.gvk(),
                                            options.validation(),
                                            context);
                    var key =
                            new ObjectKey(
                                    resource.namespaced() ? context.info().namespace() : "",
                                    object.string("metadata.name", ""));
                    var created =
                            serving.writes()
                                    .create(
                                            new WriteRequest(resource, context, key, "", options),
                                            object);
                    var wanted = serving.wanted(exchange, form);
                    serving.answer(
                            exchange,
                            context,
                            201,
                            form,
                            Body.of(serving.forms().object(resource, created, wanted)));
                });
    }
}
