package io.j8s.machinery.json;

import io.fabric8.kubernetes.api.model.AnyType;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Quantity;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JsonGenerator;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.Map;

/// Writes what a document may consist of.
final class ModelWriter {

    private ModelWriter() {}

    static void write(JsonGenerator out, @Nullable Object value) {
        switch (value) {
            case null -> out.writeNull();
            case String text -> out.writeString(text);
            case Integer number -> out.writeNumber(number.intValue());
            case Long number -> out.writeNumber(number.longValue());
            case Boolean truth -> out.writeBoolean(truth);
            case Double number -> out.writeNumber(number.doubleValue());
            case BigInteger number -> out.writeNumber(number);
            case BigDecimal number -> out.writeNumber(number);
            case Map<?, ?> map -> {
                out.writeStartObject();
                map.forEach((key, item) -> {
                    out.writeName(String.valueOf(key));
                    write(out, item);
                });
                out.writeEndObject();
            }
            case Collection<?> list -> {
                out.writeStartArray();
                list.forEach(item -> write(out, item));
                out.writeEndArray();
            }
            case Quantity quantity ->
                    out.writeString(orEmpty(quantity.getAmount()) + orEmpty(quantity.getFormat()));
            case AnyType any -> write(out, any.getValue());
            case MicroTime time when time.getTime() != null -> out.writeString(time.getTime());
            case ZonedDateTime time -> out.writeString(MicroTimes.text(time));
            default -> ModelType.of(value.getClass()).write(out, value);
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
