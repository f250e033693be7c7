package io.j8s.apiserver.schema;

import io.j8s.machinery.quantity.GoDuration;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;

/// Times and durations in the text forms of Go and of `metav1.Time`. Pure.
public final class GoTime {

    private GoTime() {}

    /// `2006-01-02T15:04:05Z`: how `metav1.Time` is written; fractions are dropped.
    public static String seconds(Instant time) {
        return Rfc3339.seconds(time.getEpochSecond());
    }

    /// `2006-01-02T15:04:05.000000Z`: how `metav1.MicroTime` is written.
    public static String micro(Instant time) {
        return Rfc3339.micros(time.getEpochSecond(), time.getNano());
    }

    /// The instant of a tree's time text; null when it is no time.
    public static @Nullable Instant parse(@Nullable String text) {
        return text == null ? null : Rfc3339.parse(text);
    }

    /// Go's `Duration.String`, e.g. `1h0m0.5s`.
    public static String duration(Duration duration) {
        return GoDuration.print(duration);
    }

    /// @throws DecodeException with Go's message
    static Duration parseDuration(String text) {
        try {
            return GoDuration.parse(text);
        } catch (IllegalArgumentException e) {
            throw new DecodeException(String.valueOf(e.getMessage()), false);
        }
    }
}
