package io.j8s.apiserver.registry;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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

    /// fabric8's class, for the read-only view that columns see: to make one costs about as much as
    /// the rest of a write, so rules look at trees.
    Class<T> view();

    /// Defaulting that the table cannot say. Runs after the table's defaults on every decoded
    /// object, also on those read from storage, so it must be idempotent and must not depend on who
    /// asks.
    default void applyDefaults(Tree object) {}

    /// Turns what clients may only write into what is kept, before it is noted who manages what.
    /// Gets the object in the version of the request.
    default void absorb(Tree sent) {}

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
    default void validate(Tree tree, FieldErrors errors) {}

    /// As [#validate(Tree, FieldErrors)], for a kind that asks more of one version's clients.
    default void validate(RequestContext context, Tree tree, FieldErrors errors) {
        validate(tree, errors);
    }

    /// Whether the metadata of a new object, or of one that is updated, is held to what kinds ask
    /// of theirs before the kind's own rules. Otherwise the kind says itself what it asks, and the
    /// server asks the little that it asks of all (upstream: events).
    default boolean asksOfMetadata(RequestContext context) {
        return true;
    }

    /// All causes that make an update invalid. Not called for creates; the default validates the
    /// updated object like a new one.
    default void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        validate(tree, errors);
    }

    /// As [#validateUpdate(Tree, Tree, FieldErrors)], for a kind that asks more of one version's
    /// clients.
    default void validateUpdate(
            RequestContext context, Tree tree, Tree oldTree, FieldErrors errors) {
        validateUpdate(tree, oldTree, errors);
    }

    /// All causes that make a write to `/status` invalid.
    default void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {}

    /// As [#validateStatusUpdate(Tree, Tree, FieldErrors)], for a kind whose rules ask what time it
    /// is.
    default void validateStatusUpdate(
            RequestContext context, Tree tree, Tree oldTree, FieldErrors errors) {
        validateStatusUpdate(tree, oldTree, errors);
    }

    /// Before validation of a write to any other subresource that changes the object (`finalize`,
    /// `approval`, `ephemeralcontainers`, `resize`): nothing has been kept from `old` yet but
    /// identity. The default lets nothing but metadata pass.
    default void prepareForSubresourceUpdate(
            RequestContext context, String subresource, Tree old, Tree updated) {
        for (var field : updated.type().fields()) {
            if (!field.name().equals("metadata")) {
                updated.keep(field.name(), old);
            }
        }
    }

    /// All causes that make a write to such a subresource invalid.
    default void validateSubresourceUpdate(
            String subresource, Tree tree, Tree oldTree, FieldErrors errors) {}

    /// Texts for `Warning` headers on create and update.
    ///
    /// @param old null on create
    default List<String> warnings(Tree object, @Nullable Tree old) {
        return List.of();
    }

    /// Texts for `Warning` headers on writes to `/status`.
    default List<String> statusWarnings(Tree tree) {
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

    /// Whether the object must stay although a delete has been accepted and its metadata holds it
    /// no longer; it is marked as being deleted and goes when an update makes this false (upstream:
    /// a namespace's `spec.finalizers`).
    default boolean holdsDeletion(Tree object) {
        return false;
    }

    /// Called when a delete marks the object as being deleted and does not remove it yet (upstream:
    /// a namespace becomes `Terminating`).
    default void markDeleting(Tree object) {}

    /// Whether a delete answers with the object it removed instead of a Status (upstream:
    /// `ReturnDeletedObject`).
    default boolean returnsDeletedObject() {
        return false;
    }

    /// How long an object lives after its last write; zero for as long as nobody deletes it
    /// (upstream: `--event-ttl`).
    default java.time.Duration timeToLive(Tree object) {
        return java.time.Duration.ZERO;
    }

    /// Whether reads go to the store each time (upstream: events have no watch cache).
    default boolean isUncached() {
        return false;
    }

    /// Whether a new object keeps the status it came with (upstream: nodes).
    default boolean acceptsStatusOnCreate() {
        return false;
    }

    /// How objects of another served version of this kind become ones of the stored version.
    default Conversion conversion(io.j8s.machinery.meta.GroupVersionKind served) {
        return Conversion.SAME_FIELDS;
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

    /// The columns for the rows of one list, where a cell depends on the other rows; as many as
    /// [#columns] has, with the same names.
    default List<Column<T>> columnsOfList(List<T> rows) {
        return columns();
    }

    /// Whether the registry puts the column `Name` before [#columns]; all kinds but events.
    default boolean tableBeginsWithName() {
        return true;
    }

    /// Fields that `fieldSelector` may name beside name and namespace.
    default List<SelectableField> selectableFields() {
        return List.of();
    }

    /// What `fieldSelector` may say in a served version beside name and namespace, and the path of
    /// [#selectableFields] that is meant (upstream: `AddFieldLabelConversionFunc`).
    default Map<String, String> fieldLabels(io.j8s.machinery.meta.GroupVersionKind served) {
        return selectableFields().stream()
                .collect(Collectors.toMap(SelectableField::path, SelectableField::path));
    }

    /// Dependents' fate on deletion (upstream: `DeletionPropagation` and legacy GC policy).
    enum Propagation {
        BACKGROUND,
        FOREGROUND,
        ORPHAN
    }
}
