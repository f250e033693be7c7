package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.j8s.controllers.runtime.JsonSpans.Span;
import io.j8s.machinery.json.ModelJson;
import io.j8s.machinery.json.UnmodelledException;

import tools.jackson.core.JacksonException;

import java.io.ByteArrayInputStream;

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
