package io.j8s.apiserver.registry;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.registry.WriteRequest.WriteOptions;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.FieldValidation;
import io.j8s.machinery.errors.Status;
import io.j8s.machinery.errors.Status.Details;
import io.j8s.machinery.meta.ObjectKey;

import java.util.List;

/// DELETE of one object.
final class DeleteVerb implements Endpoint {

    private final Serving serving;
    private final ServedResource resource;

    DeleteVerb(Serving serving, ServedResource resource) {
        this.serving = serving;
        this.resource = resource;
    }

    static WriteOptions writeOptions(DeleteOptions options) {
        return new WriteOptions(options.dryRun(), FieldValidation.IGNORE, "", false);
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        var form = Negotiation.of(exchange, true);
        serving.withBody(
                exchange,
                context,
                body -> {
                    var options = serving.deleteBodies().read(exchange, body, resource, context);
                    var info = context.info();
                    var key =
                            new ObjectKey(
                                    resource.namespaced() ? info.namespace() : "", info.name());
                    var request =
                            new WriteRequest(resource, context, key, "", writeOptions(options));
                    var result = serving.writes().delete(request, options);
                    int code =
                            !result.removed() && Boolean.FALSE.equals(options.orphanDependents())
                                    ? 202
                                    : 200;
                    if (result.removed() && !resource.stored().strategy().returnsDeletedObject()) {
                        serving.answers().success(exchange, code, gone(result), context.warnings());
                        return;
                    }
                    var wanted = serving.wanted(exchange, form);
                    serving.answer(
                            exchange,
                            context,
                            code,
                            form,
                            Body.of(serving.forms().object(resource, result.object(), wanted)));
                });
    }

    private Status gone(Deletion.Result result) {
        var stored = resource.stored().resource();
        return Status.success(
                new Details(
                        result.object().string("metadata.name", ""),
                        stored.group(),
                        stored.resource(),
                        result.object().string("metadata.uid", ""),
                        List.of(),
                        0));
    }
}
