package io.j8s.apiserver.resources.apps;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;
import java.util.Locale;

/// Everything the API server knows about `apps/v1 ControllerRevision`.
public final class ControllerRevisions implements ResourceStrategy<ControllerRevision> {

    @Override
    public Names names() {
        return new Names("apps/v1", "ControllerRevision", "controllerrevisions");
    }

    @Override
    public Class<ControllerRevision> view() {
        return ControllerRevision.class;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public void validate(ControllerRevision object, Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        root.nonNegative("revision");
        if (!root.has("data")) {
            root.required("data", "data is mandatory");
        }
    }

    @Override
    public void validateUpdate(
            ControllerRevision updated,
            ControllerRevision old,
            Tree tree,
            Tree oldTree,
            FieldErrors errors) {
        validate(updated, tree, errors);
        At.root(tree, errors).immutable("data", oldTree);
    }

    @Override
    public List<Column<ControllerRevision>> columns() {
        return List.of(
                Column.text(
                        "Controller", "Object whose state it keeps", ControllerRevisions::owner),
                Column.text(
                        "Revision",
                        "Its number",
                        revision -> Long.toString(revision.getRevision())),
                Column.age());
    }

    private static String owner(ControllerRevision revision) {
        return revision.getMetadata().getOwnerReferences().stream()
                .filter(reference -> Boolean.TRUE.equals(reference.getController()))
                .map(reference -> kind(reference) + "/" + reference.getName())
                .findFirst()
                .orElse("<none>");
    }

    private static String kind(OwnerReference reference) {
        String version = reference.getApiVersion();
        int slash = version.indexOf('/');
        String group = slash < 0 ? "" : "." + version.substring(0, slash);
        return reference.getKind().toLowerCase(Locale.ROOT) + group;
    }
}
