package io.j8s.apiserver.registry;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.machinery.quantity.Timestamps;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;

/// One column of a kind's Table.
///
/// @param type `string`, `integer`, `number`, `boolean` or `date`
/// @param format e.g. `name`; empty for none
/// @param priority 0 for the narrow table, 1 for `-o wide` only
/// @param value the cell: String, Long, Integer, Double, Boolean or null. It is given the time of
///   the request for ages
public record Column<T>(
        String name, String type, String format, String description, int priority, Cell<T> value) {

    /// Computes one cell.
    @FunctionalInterface
    public interface Cell<T> {
        @Nullable Object of(T object, Instant now);
    }

    /// A text column of the narrow table.
    public static <T> Column<T> text(
            String name, String description, Function<T, @Nullable Object> value) {
        return new Column<>(name, "string", "", description, 0, (object, _) -> value.apply(object));
    }

    /// A text column that only `-o wide` shows.
    public static <T> Column<T> wide(
            String name, String description, Function<T, @Nullable Object> value) {
        return new Column<>(name, "string", "", description, 1, (object, _) -> value.apply(object));
    }

    /// A whole-number column of the narrow table.
    public static <T> Column<T> integer(
            String name, String description, Function<T, @Nullable Object> value) {
        return new Column<>(
                name, "integer", "", description, 0, (object, _) -> value.apply(object));
    }

    /// The age of an object since its creation, the last column of most narrow tables.
    public static <T extends HasMetadata> Column<T> age() {
        return new Column<>(
                "Age",
                "string",
                "",
                "Time since the object was created",
                0,
                (object, now) -> since(object.getMetadata().getCreationTimestamp(), now));
    }

    /// How long ago a timestamp lies, as kubectl prints ages; `<unknown>` without one.
    public static String since(@Nullable String timestamp, Instant now) {
        if (timestamp == null || timestamp.isEmpty()) {
            return "<unknown>";
        }
        return Timestamps.parse(timestamp)
                .map(then -> Timestamps.age(Duration.between(then, now)))
                .orElse("<unknown>");
    }

    /// `<none>` for a text that is not set.
    public static String orNone(@Nullable String text) {
        return text == null || text.isEmpty() ? "<none>" : text;
    }
}
