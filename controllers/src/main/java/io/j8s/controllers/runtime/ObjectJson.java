package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.j8s.controllers.runtime.JsonSpans.Span;
import io.j8s.machinery.json.ModelJson;
import io.j8s.machinery.json.UnmodelledException;

import tools.jackson.core.JacksonException;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// JSON of API objects: by the plain rules, and by fabric8's own mapper what these do not cover or
/// find wrong.
public final class ObjectJson {

    private ObjectJson() {}

    public static <T> T read(byte[] json, Class<T> type) {
        return read(json, new Span(0, json.length), type);
    }

    static <T> T read(byte[] json, Span span, Class<T> type) {
        try {
            return ModelJson.read(json, span.from(), span.to() - span.from(), type);
        } catch (UnmodelledException | JacksonException _) {
            return Fabric8.MAPPER.unmarshal(
                    new ByteArrayInputStream(json, span.from(), span.to() - span.from()), type);
        }
    }

    /// An object of which only its own names are known.
    public static Map<String, Object> readMap(String json) {
        return ModelJson.readMap(json.getBytes(StandardCharsets.UTF_8));
    }

    /// The same object as maps, lists and plain values.
    public static Map<String, Object> map(Object object) {
        return readMap(write(object));
    }

    /// An object out of maps, lists and plain values, or of another class with the same names.
    public static <T> T convert(Object object, Class<T> type) {
        return read(write(object).getBytes(StandardCharsets.UTF_8), type);
    }

    /// A deep copy.
    @SuppressWarnings("unchecked") // of the same class
    public static <T> T copy(T object) {
        return (T) convert(object, object.getClass());
    }

    public static String write(Object value) {
        try {
            return ModelJson.write(value);
        } catch (UnmodelledException _) {
            return Fabric8.MAPPER.asJson(value);
        }
    }

    /// Loaded only when it is needed: it introspects every class it meets.
    private static final class Fabric8 {
        static final KubernetesSerialization MAPPER = new KubernetesSerialization();

        private Fabric8() {}
    }
}
