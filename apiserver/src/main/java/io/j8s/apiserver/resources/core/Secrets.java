package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Secret;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/// Everything the API server knows about `v1 Secret`.
public final class Secrets implements ResourceStrategy<Secret> {

    @Override
    public Names names() {
        return new Names("v1", "Secret", "secrets");
    }

    @Override
    public Class<Secret> view() {
        return Secret.class;
    }

    @Override
    public void applyDefaults(Tree secret) {
        secret.setDefault("type", "Opaque");
    }

    /// `stringData` is write-only: it is merged into `data` and never stored.
    @Override
    public void prepareForCreate(RequestContext context, Tree secret) {
        foldStringData(secret);
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        foldStringData(updated);
    }

    private static void foldStringData(Tree secret) {
        for (var entry : secret.stringMap("stringData").entrySet()) {
            byte[] bytes = entry.getValue().getBytes(StandardCharsets.UTF_8);
            secret.ensureMap("data").put(entry.getKey(), Base64.getEncoder().encodeToString(bytes));
        }
        secret.remove("stringData");
    }

    @Override
    public List<SelectableField> selectableFields() {
        return List.of(SelectableField.at("type"));
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public List<Column<Secret>> columns() {
        return List.of(
                Column.text("Type", "Kind of data that the secret holds", Secret::getType),
                Column.text(
                        "Data",
                        "Number of entries",
                        secret -> Integer.toString(secret.getData().size())),
                Column.age());
    }
}
