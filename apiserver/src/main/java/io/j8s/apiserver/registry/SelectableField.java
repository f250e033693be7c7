package io.j8s.apiserver.registry;

import io.j8s.apiserver.schema.Tree;

import java.util.function.Function;

/// A field that `fieldSelector` may name beside `metadata.name` and `metadata.namespace`.
///
/// @param path e.g. `spec.nodeName`
/// @param value its text in a complete object; empty when unset
public record SelectableField(String path, Function<Tree, String> value) {

    /// A field whose selector value is the text at the same path.
    public static SelectableField at(String path) {
        return new SelectableField(
                path, tree -> java.util.Objects.requireNonNullElse(tree.string(path), ""));
    }
}
