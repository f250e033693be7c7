package io.j8s.apiserver.schema;

/// Sees every value of a tree, parents first.
@FunctionalInterface
public interface TreeVisitor {

    /// @param path as field paths print: `spec.containers[0].name`, map keys as `labels[a.b/c]`
    /// @param type the declared type of the value
    /// @return whether to visit what is below
    boolean visit(String path, ValueType type, Object value);
}
