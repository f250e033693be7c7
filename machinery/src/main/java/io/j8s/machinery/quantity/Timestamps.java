package io.j8s.machinery.quantity;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// Timestamps of objects (metav1.Time has whole seconds, MicroTime six decimals), and ages as
/// tables show them.
public final class Timestamps {

    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private Timestamps() {}

    /// `2026-01-02T03:04:05Z`.
    public static String print(Instant time) {
        var utc = LocalDateTime.ofEpochSecond(time.getEpochSecond(), 0, ZoneOffset.UTC);
        int year = utc.getYear();
        if (year < 0 || year > 9999) {
            return SECONDS.format(time);
        }
        // every write prints some, so without a formatter
        var out = "0000-00-00T00:00:00Z".getBytes(StandardCharsets.ISO_8859_1);
        digits(out, 0, year / 100);
        digits(out, 2, year % 100);
        digits(out, 5, utc.getMonthValue());
        digits(out, 8, utc.getDayOfMonth());
        digits(out, 11, utc.getHour());
        digits(out, 14, utc.getMinute());
        digits(out, 17, utc.getSecond());
        return new String(out, StandardCharsets.ISO_8859_1);
    }

    private static void digits(byte[] out, int at, int number) {
        out[at] += (byte) (number / 10);
        out[at + 1] += (byte) (number % 10);
    }

    /// `2026-01-02T03:04:05.000000Z`.
    public static String printMicro(Instant time) {
        return MICROS.format(time);
    }

    /// Any RFC 3339 time, with fraction or offset or without; empty when it is none.
    public static Optional<Instant> parse(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    /// What is left of a time when it is written as metav1.Time.
    public static Instant truncate(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    /// The AGE column: `5s`, `3m20s`, `4h5m`, `3d`, `2y` (upstream: `duration.HumanDuration`).
    public static String age(Duration duration) {
        long seconds = duration.toNanos() / 1_000_000_000L;
        if (seconds < -1) {
            return "<invalid>"; // upstream forgives clocks two seconds apart
        }
        if (seconds < 0) {
            return "0s";
        }
        if (seconds < 120) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes < 10) {
            return two(minutes, "m", seconds % 60, "s");
        }
        if (minutes < 180) {
            return minutes + "m";
        }
        long hours = minutes / 60;
        if (hours < 8) {
            return two(hours, "h", minutes % 60, "m");
        }
        if (hours < 48) {
            return hours + "h";
        }
        long days = hours / 24;
        if (hours < 192) {
            return two(days, "d", hours % 24, "h");
        }
        if (hours < 24 * 365 * 2) {
            return days + "d";
        }
        if (hours < 24 * 365 * 8) {
            return two(days / 365, "y", days % 365, "d");
        }
        return days / 365 + "y";
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return small == 0 ? large + largeUnit : large + largeUnit + small + smallUnit;
    }
}
