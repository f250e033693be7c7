package io.j8s.apiserver.registry;

import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

/// Asks a kind's strategy.
final class Rules {

    private Rules() {}

    static void create(StoredKind kind, RequestContext context, Tree object) {
        var strategy = kind.strategy();
        var errors = new FieldErrors();
        // upstream: every kind's own rules begin with those for metadata
        boolean asks = strategy.asksOfMetadata(context);
        if (asks) {
            MetadataRules.validateCreate(object, kind.namespaced(), strategy.nameRule(), errors);
        }
        strategy.validate(context, object, errors);
        if (errors.isEmpty()) {
            strategy.warnings(object, null).forEach(context::warn);
        }
        if (!asks && errors.isEmpty()) {
            MetadataRules.validateBareCreate(object, errors);
        }
        refuse(kind, object, errors);
    }

    static void update(
            StoredKind kind, RequestContext context, String subresource, Tree updated, Tree old) {
        var strategy = kind.strategy();
        var errors = new FieldErrors();
        MetadataRules.validateUpdate(updated, old, strategy.asksOfMetadata(context), errors);
        switch (subresource) {
            case "status" -> strategy.validateStatusUpdate(context, updated, old, errors);
            case "", "scale" -> strategy.validateUpdate(context, updated, old, errors);
            default -> strategy.validateSubresourceUpdate(subresource, updated, old, errors);
        }
        if (errors.isEmpty()) {
            switch (subresource) {
                case "status" -> strategy.statusWarnings(updated).forEach(context::warn);
                case "" -> strategy.warnings(updated, old).forEach(context::warn);
                default -> {
                    // upstream warns of neither
                }
            }
        }
        refuse(kind, updated, errors);
    }

    private static void refuse(StoredKind kind, Tree object, FieldErrors errors) {
        if (!errors.isEmpty()) {
            throw new ApiException(
                    new ApiError.Invalid(
                            kind.gvk().group(), kind.gvk().kind(), name(object), errors.list()));
        }
    }

    private static String name(@Nullable Tree object) {
        return object == null ? "" : object.string("metadata.name", "");
    }
}
