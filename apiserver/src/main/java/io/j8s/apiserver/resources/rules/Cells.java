package io.j8s.apiserver.resources.rules;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;

import org.jspecify.annotations.Nullable;

import java.util.Collection;

/// Reads values for Table cells out of objects that have no typed view.
public final class Cells {

    private Cells() {}

    /// The value's text; empty when it is absent.
    public static String text(GenericKubernetesResource object, Object... path) {
        return text("", object, path);
    }

    /// The value's text.
    ///
    /// @param otherwise shown when it is absent
    public static String text(String otherwise, GenericKubernetesResource object, Object... path) {
        Object value = value(object, path);
        return value == null ? otherwise : value.toString();
    }

    public static boolean bool(
            boolean otherwise, GenericKubernetesResource object, Object... path) {
        return value(object, path) instanceof Boolean bool ? bool : otherwise;
    }

    /// How many elements a list has.
    public static long count(GenericKubernetesResource object, Object... path) {
        return value(object, path) instanceof Collection<?> list ? list.size() : 0;
    }

    public static @Nullable Object value(GenericKubernetesResource object, Object... path) {
        return object.get(path);
    }
}
