package io.j8s.apiserver.registry;

import org.jspecify.annotations.Nullable;

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
        @Nullable Object of(T object, java.time.Instant now);
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
}
