package io.j8s.apiserver.registry;

import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;

/// What the server itself decides about an object that is written, before its rules are asked
/// (upstream: the part of `rest.BeforeCreate` and `rest.BeforeUpdate` before validation). Pure.
final class Preparation {

    private Preparation() {}

    /// A new object, but for its uid and time of creation.
    static void create(ServedResource resource, RequestContext context, Tree object) {
        var kind = resource.stored();
        if (!kind.namespaced()) {
            object.remove("metadata.namespace");
        }
        object.remove("metadata.deletionTimestamp");
        object.remove("metadata.deletionGracePeriodSeconds");
        object.remove("metadata.selfLink");
        if (resource.hasSubresource("status")
                && kind.hasStatus()
                && !kind.strategy().acceptsStatusOnCreate()) {
            object.remove("status").ensure("status");
        }
        object.remove("metadata.generation");
        if (kind.hasSpec() && kind.strategy().countsGenerations()) {
            object.set("metadata.generation", 1L);
        }
        kind.strategy().prepareForCreate(context, object);
    }

    /// @param subresource empty for the object itself
    static void update(
            ServedResource resource,
            RequestContext context,
            String subresource,
            Tree updated,
            Tree old) {
        var kind = resource.stored();
        var strategy = kind.strategy();
        if (!kind.namespaced()) {
            updated.remove("metadata.namespace");
        }
        updated.remove("metadata.selfLink");
        if (updated.string("metadata.uid", "").isEmpty()) {
            updated.keep("metadata.uid", old); // another one is refused later
        }
        updated.keep("metadata.generation", old);
        updated.keep("metadata.creationTimestamp", old);
        // only the server sets these, and never takes them back
        if (old.has("metadata.deletionTimestamp")) {
            updated.keep("metadata.deletionTimestamp", old);
        }
        if (!updated.has("metadata.deletionGracePeriodSeconds")) {
            updated.keep("metadata.deletionGracePeriodSeconds", old);
        }
        switch (subresource) {
            case "", "scale" -> { // upstream: a scale is an update of the object
                if (resource.hasSubresource("status") && kind.hasStatus()) {
                    updated.keep("status", old);
                }
                strategy.prepareForUpdate(context, old, updated);
                if (kind.hasSpec()
                        && strategy.countsGenerations()
                        && !updated.semanticallyEquals(old, "spec")) {
                    updated.set("metadata.generation", old.longValue("metadata.generation", 0) + 1);
                }
            }
            case "status" -> {
                for (var field : updated.type().fields()) {
                    if (!field.name().equals("status") && !field.name().equals("metadata")) {
                        updated.keep(field.name(), old);
                    }
                }
                strategy.prepareForStatusUpdate(context, old, updated);
            }
            default -> strategy.prepareForSubresourceUpdate(context, subresource, old, updated);
        }
        kind.complete(updated);
    }
}
