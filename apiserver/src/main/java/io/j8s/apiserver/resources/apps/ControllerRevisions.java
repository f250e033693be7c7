package io.j8s.apiserver.resources.apps;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Raw;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.Locale;

/// Everything the API server knows about `apps/v1 ControllerRevision`. Its data may be any object,
/// so it is not looked at through a typed view.
public final class ControllerRevisions implements ResourceStrategy<GenericKubernetesResource> {

    private static final JsonMapper JSON = JsonMapper.shared();

    @Override
    public Names names() {
        return new Names("apps/v1", "ControllerRevision", "controllerrevisions");
    }

    @Override
    public Class<GenericKubernetesResource> view() {
        return GenericKubernetesResource.class;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        root.nonNegative("revision");
        switch (root.get("data")) {
            case null -> root.required("data", "data is mandatory");
            case Raw raw when !raw.toString().stripLeading().startsWith("{") ->
                    root.required("data", "data must be a valid JSON object");
            default -> {}
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        root.nonNegative("revision");
        if (!isSameData(root.get("data"), oldTree.value("data"))) {
            root.immutable("data", oldTree);
        }
    }

    /// A patch writes the data anew, as Go does: members in another order and other escapes are no
    /// change.
    private static boolean isSameData(@Nullable Object data, @Nullable Object old) {
        return data instanceof Raw raw
                && old instanceof Raw oldRaw
                && (raw.equals(oldRaw)
                        || JSON.readTree(raw.bytes()).equals(JSON.readTree(oldRaw.bytes())));
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                Column.text(
                        "Controller", "Object whose state it keeps", ControllerRevisions::owner),
                Column.text("Revision", "Its number", revision -> revision.get("revision")),
                Column.age());
    }

    private static String owner(GenericKubernetesResource revision) {
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
