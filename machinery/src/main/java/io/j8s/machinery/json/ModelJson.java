package io.j8s.machinery.json;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

import java.io.StringWriter;
import java.util.Map;
import java.util.Objects;

/// Reads and writes fabric8's model classes by their fields, in the same form as fabric8's mapper.
/// That one introspects each class with all its methods: one Pod loads 400 builders, and every
/// process pays for that with memory and with most of a second of its start.
public final class ModelJson {

    private static final JsonFactory FACTORY = new JsonFactory();

    private ModelJson() {}

    /// @throws UnmodelledException when fabric8's mapper has to read it
    /// @throws JacksonException when it is no JSON
    public static <T> T read(byte[] json, Class<T> type) {
        return read(json, 0, json.length, type);
    }

    /// The same for a part of the bytes.
    public static <T> T read(byte[] json, int from, int length, Class<T> type) {
        var target = ModelType.of(type);
        try (JsonParser parser =
                FACTORY.createParser(ObjectReadContext.empty(), json, from, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new UnmodelledException("not an object");
            }
            return type.cast(target.read(parser));
        }
    }

    /// An object of names and plain values.
    ///
    /// @throws JacksonException when it is no JSON
    @SuppressWarnings("unchecked") // objects are maps by name
    public static Map<String, Object> readMap(byte[] json) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new UnmodelledException("not an object");
            }
            return (Map<String, Object>)
                    Objects.requireNonNull(ValueType.Anything.INSTANCE.read(parser));
        }
    }

    /// Of a model object, or of maps and lists of such.
    ///
    /// @throws UnmodelledException when fabric8's mapper has to write it
    public static String write(Object value) {
        var text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            ModelWriter.write(out, value);
        }
        return text.toString();
    }
}
