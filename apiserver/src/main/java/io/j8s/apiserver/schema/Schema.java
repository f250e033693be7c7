package io.j8s.apiserver.schema;

import io.j8s.machinery.meta.GroupVersionKind;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// The tables of all built-in types and resources, read from the class path. Made once by whoever
/// wires the server; thread-safe. The rows of a type and the tables of resources are read when they
/// are first used.
public final class Schema {

    private static final String FACTS = "/io/j8s/facts/";

    private final Map<String, TypeSchema> types;
    private final Map<GroupVersionKind, TypeSchema> kinds;
    private volatile @Nullable ApiTable api;
    private volatile @Nullable StorageTable storage;
    private volatile @Nullable OperationsTable operations;

    private Schema(Map<String, TypeSchema> types) {
        this.types = types;
        this.kinds = new HashMap<>();
        for (var type : types.values()) {
            for (var kind : type.kinds()) {
                kinds.put(kind, type);
            }
        }
    }

    /// Reads the tables that are packed with the server.
    public static Schema load() {
        return new Schema(new SchemaFile(resource("schema.json")).types());
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

    /// @throws IllegalStateException when there is none
    public TypeSchema type(GroupVersionKind kind) {
        var found = kinds.get(kind);
        if (found == null) {
            throw new IllegalStateException("no such kind: " + kind);
        }
        return found;
    }

    public Collection<TypeSchema> all() {
        return types.values();
    }

    /// `metav1.ObjectMeta`.
    public TypeSchema objectMeta() {
        return type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
    }

    public ApiTable api() {
        var found = api;
        if (found == null) {
            found = ApiTable.parse(resource("resources.json"));
            api = found;
        }
        return found;
    }

    public StorageTable storage() {
        var found = storage;
        if (found == null) {
            found = StorageTable.parse(resource("storage.tsv"));
            storage = found;
        }
        return found;
    }

    public OperationsTable operations() {
        var found = operations;
        if (found == null) {
            found = OperationsTable.parse(resource("operations.json"));
            operations = found;
        }
        return found;
    }

    private static byte[] resource(String name) {
        try (var in = Schema.class.getResourceAsStream(FACTS + name)) {
            if (in == null) {
                throw new IllegalStateException("not on the class path: " + FACTS + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
