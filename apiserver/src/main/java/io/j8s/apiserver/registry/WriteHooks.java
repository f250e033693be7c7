package io.j8s.apiserver.registry;

import io.j8s.apiserver.registry.WriteHook.Reservation;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupResource;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Map;

/// The hooks of all kinds that have one. Handed in after the registry is made, as hooks write
/// through it. Any thread.
final class WriteHooks {

    private static final Logger log = LoggerFactory.getLogger(WriteHooks.class);

    private volatile Map<GroupResource, WriteHook> hooks = Map.of();

    void use(Map<GroupResource, WriteHook> all) {
        hooks = Map.copyOf(all);
    }

    Reservation beginCreate(WriteRequest request, Tree object) throws InterruptedException {
        var hook = hooks.get(request.resource().groupResource());
        return hook == null
                ? Reservation.NOTHING
                : hook.beginCreate(request.context(), object, request.options().dryRun());
    }

    /// Only for writes of the object itself: subresources reserve nothing.
    Reservation beginUpdate(WriteRequest request, Tree old, Tree updated)
            throws InterruptedException {
        var hook = hooks.get(request.resource().groupResource());
        return hook == null || !request.subresource().isEmpty()
                ? Reservation.NOTHING
                : hook.beginUpdate(request.context(), old, updated, request.options().dryRun());
    }

    /// The write is durable already, so what fails here is left to the hook's own repair.
    void commit(WriteRequest request, Reservation reservation) throws InterruptedException {
        try {
            reservation.commit();
        } catch (RuntimeException e) {
            warn(request, e);
        }
    }

    void afterDelete(WriteRequest request, Tree object) throws InterruptedException {
        var hook = hooks.get(request.resource().groupResource());
        if (hook == null) {
            return;
        }
        try {
            hook.afterDelete(object);
        } catch (RuntimeException e) {
            warn(request, e);
        }
    }

    private static void warn(WriteRequest request, RuntimeException e) {
        log.atWarn()
                .addKeyValue("resource", request.resource().groupResource())
                .addKeyValue("object", request.key())
                .setCause(e)
                .log("could not give back what an object held");
    }
}
