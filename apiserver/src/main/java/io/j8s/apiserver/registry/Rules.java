package io.j8s.apiserver.registry;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.apiserver.registry.ResourceStrategy.ViewUse;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

/// Asks a kind's strategy, with the views that its rules look at.
final class Rules {

    private Rules() {}

    static void create(StoredKind kind, RequestContext context, Tree object) {
        var errors = new FieldErrors();
        // upstream: every kind's own rules begin with those for metadata
        boolean asks = kind.strategy().asksOfMetadata(context);
        if (asks) {
            MetadataRules.validateCreate(
                    object, kind.namespaced(), kind.strategy().nameRule(), errors);
        }
        if (kind.strategy().hasTypedRules()) {
            createTyped(kind, kind.strategy(), context, object, errors);
        }
        if (!asks && errors.isEmpty()) {
            MetadataRules.validateBareCreate(object, errors);
        }
        refuse(kind, object, errors);
    }

    private static <T extends HasMetadata> void createTyped(
            StoredKind kind,
            ResourceStrategy<T> strategy,
            RequestContext context,
            Tree object,
            FieldErrors errors) {
        T view = viewForRules(kind, strategy, object);
        strategy.validate(context, view, object, errors);
        if (errors.isEmpty()) {
            strategy.warnings(viewForWarnings(kind, strategy, view, object), null, object, null)
                    .forEach(context::warn);
        }
    }

    @SuppressWarnings("NullAway") // a strategy that needs no view does not look at it
    private static <T extends HasMetadata> T viewForRules(
            StoredKind kind, ResourceStrategy<T> strategy, Tree object) {
        return strategy.viewUse() == ViewUse.RULES_AND_WARNINGS
                ? kind.view(object, strategy.view())
                : null;
    }

    @SuppressWarnings("NullAway") // as above
    private static <T extends HasMetadata> T viewForWarnings(
            StoredKind kind, ResourceStrategy<T> strategy, @Nullable T made, Tree object) {
        return made == null && strategy.viewUse() == ViewUse.WARNINGS
                ? kind.view(object, strategy.view())
                : made;
    }

    static void update(
            StoredKind kind, RequestContext context, String subresource, Tree updated, Tree old) {
        var errors = new FieldErrors();
        MetadataRules.validateUpdate(updated, old, kind.strategy().asksOfMetadata(context), errors);
        if (kind.strategy().hasTypedRules()) {
            updateTyped(
                    kind, kind.strategy(), context, new Change(subresource, updated, old), errors);
        }
        refuse(kind, updated, errors);
    }

    private record Change(String subresource, Tree updated, Tree old) {}

    private static <T extends HasMetadata> void updateTyped(
            StoredKind kind,
            ResourceStrategy<T> strategy,
            RequestContext context,
            Change change,
            FieldErrors errors) {
        T view = viewForRules(kind, strategy, change.updated());
        T oldView = viewForRules(kind, strategy, change.old());
        if (change.subresource().equals("status")) {
            strategy.validateStatusUpdate(
                    context, view, oldView, change.updated(), change.old(), errors);
        } else if (change.subresource().isEmpty() || change.subresource().equals("scale")) {
            strategy.validateUpdate(context, view, oldView, change.updated(), change.old(), errors);
        } else {
            strategy.validateSubresourceUpdate(
                    change.subresource(), view, oldView, change.updated(), change.old(), errors);
        }
        if (!errors.isEmpty()) {
            return;
        }
        if (change.subresource().equals("status")) {
            strategy.statusWarnings(change.updated()).forEach(context::warn);
        } else if (change.subresource().isEmpty()) {
            strategy.warnings(
                            viewForWarnings(kind, strategy, view, change.updated()),
                            viewForWarnings(kind, strategy, oldView, change.old()),
                            change.updated(),
                            change.old())
                    .forEach(context::warn);
        }
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
