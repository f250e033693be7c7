package io.j8s.apiserver.registry;

import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupVersionKind;

import java.util.ArrayList;

/// Reads `DeleteOptions` from a delete's body, or from its query when there is no body. Any thread.
public final class DeleteBodies {

    private static final String KIND = "DeleteOptions";

    private final Bodies bodies;
    private final TypeSchema type;

    public DeleteBodies(Bodies bodies, Schema schema) {
        this.bodies = bodies;
        this.type = schema.type("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions");
    }

    DeleteOptions read(
            Exchange exchange, byte[] body, ServedResource resource, RequestContext context) {
        if (body.length == 0) {
            return Queries.delete(exchange.query());
        }
        // upstream takes the options in any group's version
        var gvk = new GroupVersionKind(resource.gvk().group(), resource.gvk().version(), KIND);
        var tree = bodies.readOptions(bodies.encoding(exchange), body, gvk, type, context);
        return options(tree);
    }

    private static DeleteOptions options(Tree tree) {
        var errors = new FieldErrors();
        var orphan = tree.bool("orphanDependents");
        var propagation = Queries.propagation(tree.string("propagationPolicy", ""), orphan, errors);
        boolean dryRun = Queries.dryRun(new ArrayList<>(tree.strings("dryRun")), errors);
        Queries.refuse(KIND, errors);
        var grace = tree.number("gracePeriodSeconds");
        return new DeleteOptions(
                grace == null ? null : grace.longValue(),
                orphan,
                propagation,
                tree.string("preconditions.uid"),
                tree.string("preconditions.resourceVersion"),
                dryRun);
    }
}
