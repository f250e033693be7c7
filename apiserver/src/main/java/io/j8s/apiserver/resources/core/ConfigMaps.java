package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import java.util.List;

/// Everything the API server knows about `v1 ConfigMap`.
public final class ConfigMaps implements ResourceStrategy<ConfigMap> {

    @Override
    public Names names() {
        return new Names("v1", "ConfigMap", "configmaps");
    }

    @Override
    public Class<ConfigMap> view() {
        return ConfigMap.class;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        long bytes = 0;
        for (var entry : tree.stringMap("data").entrySet()) {
            String key = entry.getKey();
            String field = "data[" + key + "]";
            NameRules.configMapKey(key).forEach(text -> errors.invalid(field, key, text));
            if (root.keys("binaryData").contains(key)) {
                errors.invalid(field, key, "duplicate of key present in binaryData");
            }
            bytes += NameRules.utf8Length(entry.getValue());
        }
        for (var entry : tree.stringMap("binaryData").entrySet()) {
            String key = entry.getKey();
            NameRules.configMapKey(key)
                    .forEach(text -> errors.invalid("binaryData[" + key + "]", key, text));
            bytes += Secrets.decodedLength(entry.getValue());
        }
        if (bytes > Secrets.BYTES_MAX) {
            errors.tooLong("[]", Secrets.BYTES_MAX);
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        if (oldTree.bool("immutable", false)) {
            String text = "field is immutable when `immutable` is set";
            if (!tree.bool("immutable", false)) {
                errors.forbidden("immutable", text);
            }
            if (!tree.semanticallyEquals(oldTree, "data")) {
                errors.forbidden("data", text);
            }
            if (!tree.semanticallyEquals(oldTree, "binaryData")) {
                errors.forbidden("binaryData", text);
            }
        }
        validate(tree, errors);
    }

    @Override
    public List<Column<ConfigMap>> columns() {
        return List.of(
                Column.text(
                        "Data",
                        "Number of entries",
                        map -> map.getData().size() + map.getBinaryData().size()),
                Column.age());
    }
}
