package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Namespace;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.NameRule;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;

/// Everything the API server knows about `v1 Namespace`.
public final class Namespaces implements ResourceStrategy<Namespace> {

    @Override
    public Names names() {
        return new Names("v1", "Namespace", "namespaces");
    }

    @Override
    public Class<Namespace> view() {
        return Namespace.class;
    }

    private static final String NAME_LABEL = "kubernetes.io/metadata.name";
    private static final String FINALIZER = "kubernetes";

    @Override
    public void applyDefaults(Tree namespace) {
        String name = namespace.string("metadata.name", "");
        if (!name.isEmpty()) {
            namespace.ensureMap("metadata.labels").put(NAME_LABEL, name);
        }
        namespace.ensure("status").setDefault("phase", "Active");
    }

    @Override
    public NameRule nameRule() {
        return NameRule.DNS_LABEL;
    }

    @Override
    public void prepareForCreate(RequestContext context, Tree namespace) {
        namespace.set("status.phase", "Active");
        var finalizers = namespace.ensure("spec").ensureList("finalizers");
        if (!finalizers.contains(FINALIZER)) {
            finalizers.add(FINALIZER);
        }
    }

    /// Only `/finalize` may change the finalizers in `spec`.
    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        updated.keep("spec.finalizers", old);
    }

    /// `/finalize` is how the namespace's controller says that nothing is left in it.
    @Override
    public void prepareForSubresourceUpdate(
            RequestContext context, String subresource, Tree old, Tree updated) {
        updated.keep("status", old);
    }

    @Override
    public boolean holdsDeletion(Tree namespace) {
        return !namespace.strings("spec.finalizers").isEmpty();
    }

    @Override
    public void markDeleting(Tree namespace) {
        namespace.set("status.phase", "Terminating");
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        boolean ends = tree.has("metadata.deletionTimestamp");
        String wanted = ends ? "Terminating" : "Active";
        String phase = tree.string("status.phase", "");
        if (!phase.equals(wanted)) {
            errors.invalid(
                    "status.Phase",
                    phase,
                    "may only be '"
                            + wanted
                            + "' if `deletionTimestamp` is "
                            + (ends ? "not empty" : "empty"));
        }
    }

    @Override
    public void validateSubresourceUpdate(
            String subresource, Tree tree, Tree oldTree, FieldErrors errors) {
        finalizers(At.root(tree, errors), true);
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        finalizers(At.root(tree, errors), false);
    }

    private static void finalizers(At root, boolean indexed) {
        var finalizers = root.strings("spec.finalizers");
        for (int i = 0; i < finalizers.size(); i++) {
            String finalizer = finalizers.get(i);
            String field = "spec.finalizers" + (indexed ? "[" + i + "]" : "");
            root.all(field, finalizer, io.j8s.machinery.names.NameRules.qualifiedName(finalizer));
            if (finalizer.indexOf('/') < 0
                    && !List.of("kubernetes", "orphan", "foregroundDeletion").contains(finalizer)) {
                root.invalid(
                        field,
                        finalizer,
                        "name is neither a standard finalizer name nor is it fully qualified");
            }
        }
    }

    @Override
    public List<SelectableField> selectableFields() {
        return List.of(SelectableField.at("status.phase"));
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public List<Column<Namespace>> columns() {
        return List.of(
                Column.text("Status", "Phase of the namespace", n -> n.getStatus().getPhase()),
                Column.age());
    }
}
