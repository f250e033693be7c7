package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.EncodedObject;
import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;

import java.util.ArrayList;
import java.util.List;

/// DELETE of all objects that a selection finds. Those that go meanwhile by another's hand are no
/// failure; the first refusal ends it.
final class DeleteCollectionVerb implements Endpoint {

    private final Serving serving;
    private final ServedResource resource;
    private final ListVerb lists;

    DeleteCollectionVerb(Serving serving, ServedResource resource) {
        this.serving = serving;
        this.resource = resource;
        this.lists = new ListVerb(serving, resource);
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        var form = Negotiation.of(exchange, true);
        resource.requireForm(form, true);
        var request = ListRequest.parse(resource, context.info(), exchange.query(), false);
        serving.withBody(
                exchange,
                context,
                body -> {
                    var options = serving.deleteBodies().read(exchange, body, resource, context);
                    var page = lists.page(context, request);
                    List<EncodedObject> deleted = new ArrayList<>();
                    for (var object : page.items()) {
                        delete(context, options, object, deleted);
                    }
                    var meta = lists.meta(page);
                    var wanted = serving.wanted(exchange, form);
                    serving.answer(
                            exchange,
                            context,
                            200,
                            form,
                            serving.forms().list(resource, deleted, meta, wanted));
                });
    }

    private void delete(
            RequestContext context,
            DeleteOptions options,
            EncodedObject object,
            List<EncodedObject> deleted)
            throws InterruptedException {
        var request =
                new WriteRequest(
                        resource, context, object.key(), "", DeleteVerb.writeOptions(options));
        try {
            var result = serving.writes().delete(request, options);
            deleted.add(
                    resource.stored()
                            .encoded(
                                    result.object(),
                                    Long.parseLong(
                                            result.object()
                                                    .string("metadata.resourceVersion", "0"))));
        } catch (ApiException e) {
            if (!(e.error() instanceof ApiError.NotFound)) {
                throw e;
            }
        }
    }
}
