package io.j8s.apiserver.registry;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.machinery.meta.ObjectKey;

/// PUT of a whole object, or of a part of it that has a path of its own.
final class UpdateVerb implements Endpoint {

    private final Serving serving;
    private final ServedResource resource;
    private final String subresource;

    /// @param subresource one whose body is the object itself, such as `status`; empty for the
    ///   object
    UpdateVerb(Serving serving, ServedResource resource, String subresource) {
        this.serving = serving;
        this.resource = resource;
        this.subresource = subresource;
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        var form = Negotiation.of(exchange, true);
        resource.requireForm(form, false);
        var options = Queries.write(exchange.query(), "UpdateOptions");
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
                    var info = context.info();
                    var key =
                            new ObjectKey(
                                    resource.namespaced() ? info.namespace() : "", info.name());
                    var result =
                            serving.writes()
                                    .update(
                                            new WriteRequest(
                                                    resource, context, key, subresource, options),
                                            object);
                    var wanted = serving.wanted(exchange, form);
                    serving.answer(
                            exchange,
                            context,
                            result.created() ? 201 : 200,
                            form,
                            Body.of(serving.forms().object(resource, result.object(), wanted)));
                });
    }
}
