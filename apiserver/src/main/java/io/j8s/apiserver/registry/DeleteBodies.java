package io.j8s.apiserver.registry;

import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Reads `DeleteOptions` from a delete's body, or from its query when there is no body. Any thread.
public final class DeleteBodies {

    private static final String KIND = "DeleteOptions";
    private static final String UNSAFE = "ignoreStoreReadErrorWithClusterBreakingPotential";

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
        return options(bodies.readOptions(bodies.encoding(exchange), body, KIND, type));
    }

    /// Upstream's `ValidateDeleteOptions`.
    private static DeleteOptions options(Tree tree) {
        var errors = new FieldErrors();
        var orphan = tree.bool("orphanDependents");
        var propagation = Queries.propagation(tree.string("propagationPolicy", ""), orphan, errors);
        boolean dryRun = Queries.dryRun(tree.strings("dryRun"), errors);
        boolean isUnsafe = tree.bool(UNSAFE, false);
        if (isUnsafe) {
            for (String other :
                    List.of(
                            "propagationPolicy",
                            "orphanDependents",
                            "gracePeriodSeconds",
                            "preconditions")) {
                if (tree.has(other)) {
                    errors.invalid(UNSAFE, true, "cannot be set together with ." + other);
                }
            }
        }
        Queries.refuse(KIND, errors);
        var grace = tree.number("gracePeriodSeconds");
        return new DeleteOptions(
                grace == null ? null : grace.longValue(),
                orphan,
                propagation,
                tree.string("preconditions.uid"),
                tree.string("preconditions.resourceVersion"),
                dryRun,
                isUnsafe);
    }
}
