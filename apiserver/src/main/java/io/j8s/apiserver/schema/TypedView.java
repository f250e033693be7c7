package io.j8s.apiserver.schema;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.j8s.machinery.json.ModelJson;
import io.j8s.machinery.json.UnmodelledException;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;

import java.io.ByteArrayInputStream;
import java.util.concurrent.atomic.AtomicReference;

/// A fabric8 object made from a tree when somebody first asks for it. Read-only in spirit: fabric8
/// cannot carry every object faithfully, so nothing is ever written back from it.
///
/// The tree must not change between the first [#get] and the last use. Thread-safe.
public final class TypedView<T> {

    private final Tree tree;
    private final Class<T> type;
    private final AtomicReference<@Nullable T> made = new AtomicReference<>();

    private TypedView(Tree tree, Class<T> type) {
        this.tree = tree;
        this.type = type;
    }

    /// A view that is made when it is first read.
    public static <T> TypedView<T> of(Tree tree, Class<T> type) {
        return new TypedView<>(tree, type);
    }

    /// A view made at once.
    public static <T> T read(Tree tree, Class<T> type) {
        byte[] json = JsonCodec.write(tree);
        try {
            return ModelJson.read(json, type);
        } catch (UnmodelledException | JacksonException _) {
            return Serialization.MAPPER.unmarshal(new ByteArrayInputStream(json), type);
        }
    }

    public T get() {
        T found = made.get();
        if (found == null) {
            found = read(tree, type);
            made.set(found);
        }
        return found;
    }

    public Tree tree() {
        return tree;
    }

    /// Loaded only for what the plain rules do not cover: fabric8's mapper takes a while to build.
    private static final class Serialization {
        static final KubernetesSerialization MAPPER = new KubernetesSerialization();

        private Serialization() {}
    }
}
