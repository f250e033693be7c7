package io.j8s.apiserver.registry;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Everything the API server knows about one kind beyond the fact table. Every method has the
/// behaviour of a kind without special rules, so a strategy overrides only what is special.
///
/// Trees are of the stored version (`names().apiVersion()`), already defaulted from the table, and
/// complete: `metadata`, and `spec` and `status` where the kind has them. Typed views are
/// read-only. All methods are pure (no clock, no I/O, no random source) and may run on any thread.
///
/// @param <T> fabric8's class of the kind
public interface ResourceStrategy<T extends HasMetadata> {

    Names names();

    /// fabric8's class, for the read-only view that validation and columns see.
    Class<T> view();

    /// Defaulting that the table cannot say. Runs after the table's defaults on every decoded
    /// object, also on those read from storage, so it must be idempotent and must not depend on who
    /// asks.
    default void applyDefaults(Tree object) {}

    /// Which names are valid; messages are upstream's (machinery/names). Default: DNS-1123
    /// subdomain.
    default NameRule nameRule() {
        return NameRule.DNS_SUBDOMAIN;
    }

    /// Before validation of a create, after `status` has been cleared by the registry for kinds
    /// with a status subresource: drop disabled fields, set what the server decides.
    default void prepareForCreate(RequestContext context, Tree object) {}

    /// Before validation of an update of the main resource; the registry has already kept `status`
    /// from `old` for kinds with a status subresource, and raised `generation` when `spec` changed.
    default void prepareForUpdate(RequestContext context, Tree old, Tree updated) {}

    /// Before validation of a write to `/status`; the registry has already kept everything except
    /// `status` (and the metadata upstream lets pass) from `old`.
    default void prepareForStatusUpdate(RequestContext context, Tree old, Tree updated) {}

    /// All causes that make a new object invalid, with upstream's paths and texts. Metadata common
    /// to all kinds is validated by the registry.
    default void validate(T object, Tree tree, FieldErrors errors) {}

    /// All causes that make an update invalid. Not called for creates; the default validates the
    /// updated object like a new one.
    default void validateUpdate(T updated, T old, Tree tree, Tree oldTree, FieldErrors errors) {
        validate(updated, tree, errors);
    }

    /// All causes that make a write to `/status` invalid.
    default void validateStatusUpdate(
            T updated, T old, Tree tree, Tree oldTree, FieldErrors errors) {}

    /// Texts for `Warning` headers on create and update.
    ///
    /// @param old null on create
    default List<String> warnings(T object, @org.jspecify.annotations.Nullable T old) {
        return List.of();
    }

    /// Whether `metadata.generation` counts changes of `spec` (upstream: per strategy).
    default boolean countsGenerations() {
        return true;
    }

    /// Whether a PUT to a name that does not exist creates it (upstream: AllowCreateOnUpdate).
    default boolean createsOnUpdate() {
        return false;
    }

    /// Whether a PUT without resourceVersion overwrites (upstream: AllowUnconditionalUpdate).
    default boolean updatesUnconditionally() {
        return true;
    }

    /// How a delete that is not refused goes on.
    ///
    /// @param requestedSeconds `gracePeriodSeconds` of the request; negative when not given
    /// @return seconds of grace the object gets before it is really removed; 0 to remove it at once
    default long gracePeriodSeconds(Tree object, long requestedSeconds) {
        return 0;
    }

    /// What becomes of dependents when the request names no propagation policy.
    default Propagation defaultPropagation() {
        return Propagation.BACKGROUND;
    }

    /// Columns behind the registry's own first column `Name`, without `Age`'s upstream equivalents
    /// left out: exactly upstream's printer columns in order. Empty: `Name` and `Age` (Created At).
    default List<Column<T>> columns() {
        return List.of();
    }

    /// Whether the registry puts the column `Name` before [#columns]; all kinds but events.
    default boolean tableBeginsWithName() {
        return true;
    }

    /// Fields that `fieldSelector` may name beside name and namespace.
    default List<SelectableField> selectableFields() {
        return List.of();
    }

    /// Dependents' fate on deletion (upstream: `DeletionPropagation` and legacy GC policy).
    enum Propagation {
        BACKGROUND,
        FOREGROUND,
        ORPHAN
    }
}
