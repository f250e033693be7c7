package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;

/// RFC 3339 times as Go's `time.Parse(time.RFC3339, …)` reads and Kubernetes writes them. Pure and
/// without formatters, which are slow to load and to run.
public final class Rfc3339 {

    private static final String LAYOUT = "2006-01-02T15:04:05Z07:00";
    private static final String MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00";

    /// Seconds of Go's zero time, 0001-01-01T00:00:00Z.
    static final long GO_ZERO_SECOND = -62_135_596_800L;

    /// Years 0 to 9999, beyond which Go refuses to write a time.
    static final long EARLIEST_SECOND = -62_167_219_200L;

    static final long LATEST_SECOND = 253_402_300_799L;

    private Rfc3339() {}

    static String seconds(long epochSecond) {
        var out = new StringBuilder(20);
        head(out, epochSecond);
        return out.append('Z').toString();
    }

    static String micros(long epochSecond, int nanos) {
        var out = new StringBuilder(27);
        head(out, epochSecond);
        out.append('.');
        pad(out, nanos / 1000, 6);
        return out.append('Z').toString();
    }

    private static void head(StringBuilder out, long epochSecond) {
        long day = Math.floorDiv(epochSecond, 86_400);
        int second = (int) Math.floorMod(epochSecond, 86_400L);
        var date = LocalDate.ofEpochDay(day);
        if (date.getYear() < 0) {
            out.append('-');
        }
        pad(out, Math.abs(date.getYear()), 4);
        out.append('-');
        pad(out, date.getMonthValue(), 2);
        out.append('-');
        pad(out, date.getDayOfMonth(), 2);
        out.append('T');
        pad(out, second / 3600, 2);
        out.append(':');
        pad(out, second / 60 % 60, 2);
        out.append(':');
        pad(out, second % 60, 2);
    }

    private static void pad(StringBuilder out, int value, int width) {
        int limit = 1;
        for (int i = 1; i < width; i++) {
            limit *= 10;
        }
        for (int at = limit; at > 1 && value < at; at /= 10) {
            out.append('0');
        }
        out.append(value);
    }

    /// The time; null when the text is none.
    static @Nullable Instant parse(String text) {
        try {
            return parse(text, LAYOUT);
        } catch (DecodeException _) {
            return null;
        }
    }

    /// @param micro read by MicroTime's layout, which errors show
    public static Instant parse(String text, boolean micro) {
        return parse(text, micro ? MICRO_LAYOUT : LAYOUT);
    }

    private static Instant parse(String text, String layout) {
        var p = new Parser(text, layout);
        int year = p.digits(4, "2006");
        p.literal('-', "-");
        int month = p.digits(2, "01");
        p.range(month, 1, 12, "month");
        p.literal('-', "-");
        int day = p.digits(2, "02");
        p.literal('T', "T");
        int hour = p.hour();
        p.range(hour, 0, 23, "hour");
        p.literal(':', ":");
        int minute = p.digits(2, "04");
        p.range(minute, 0, 59, "minute");
        p.literal(':', ":");
        int second = p.digits(2, "05");
        p.range(second, 0, 59, "second");
        int nanos = p.fraction(layout.equals(MICRO_LAYOUT));
        int offset = p.zone();
        p.end();
        LocalDate date;
        try {
            date = LocalDate.of(year, month, day);
        } catch (DateTimeException _) {
            throw p.failure(": day out of range");
        }
        return Instant.ofEpochSecond(
                date.toEpochDay() * 86_400 + hour * 3600L + minute * 60L + second - offset, nanos);
    }

    /// Walks over the text as Go walks over layout and text, so that errors name the same places.
    private static final class Parser {
        private final String text;
        private final String layout;
        private int at;

        Parser(String text, String layout) {
            this.text = text;
            this.layout = layout;
        }

        int digits(int count, String element) {
            if (at + count > text.length()) {
                throw cannot(element);
            }
            int value = 0;
            for (int i = at; i < at + count; i++) {
                char c = text.charAt(i);
                if (c < '0' || c > '9') {
                    throw cannot(element);
                }
                value = value * 10 + c - '0';
            }
            at += count;
            return value;
        }

        /// Go takes an hour of one digit too.
        int hour() {
            boolean single =
                    at + 1 < text.length()
                            && isDigit(text.charAt(at))
                            && !isDigit(text.charAt(at + 1));
            return digits(single ? 1 : 2, "15");
        }

        private static boolean isDigit(char c) {
            return c >= '0' && c <= '9';
        }

        void literal(char c, String element) {
            if (at >= text.length() || text.charAt(at) != c) {
                throw cannot(element);
            }
            at++;
        }

        void range(int value, int low, int high, String what) {
            if (value < low || value > high) {
                throw failure(": " + what + " out of range");
            }
        }

        int fraction(boolean required) {
            if (at >= text.length() || (text.charAt(at) != '.' && text.charAt(at) != ',')) {
                if (required) {
                    throw cannot(".000000");
                }
                return 0;
            }
            int from = ++at;
            int nanos = 0;
            int scale = 100_000_000;
            while (at < text.length()
                    && isDigit(text.charAt(at))
                    && !(required && at == from + 6)) {
                nanos += (text.charAt(at) - '0') * scale;
                scale /= 10;
                at++;
            }
            if (at == from || (required && at != from + 6)) {
                at = from - 1;
                throw cannot(required ? ".000000" : "Z07:00");
            }
            return nanos;
        }

        int zone() {
            if (at < text.length() && text.charAt(at) == 'Z') {
                at++;
                return 0;
            }
            int from = at;
            if (at + 6 > text.length()
                    || (text.charAt(at) != '+' && text.charAt(at) != '-')
                    || text.charAt(at + 3) != ':') {
                throw cannot("Z07:00");
            }
            int sign = text.charAt(at++) == '-' ? -1 : 1;
            int hours;
            int minutes;
            try {
                hours = digits(2, "Z07:00");
                at++;
                minutes = digits(2, "Z07:00");
            } catch (DecodeException _) {
                at = from;
                throw cannot("Z07:00");
            }
            range(hours, 0, 24, "time zone offset hour");
            range(minutes, 0, 60, "time zone offset minute");
            return sign * (hours * 3600 + minutes * 60);
        }

        void end() {
            if (at < text.length()) {
                throw failure(": extra text: " + GoText.quoteTime(text.substring(at)));
            }
        }

        private DecodeException cannot(String element) {
            return new DecodeException(
                    "parsing time "
                            + GoText.quoteTime(text)
                            + " as "
                            + GoText.quoteTime(layout)
                            + ": cannot parse "
                            + GoText.quoteTime(text.substring(at))
                            + " as "
                            + GoText.quoteTime(element),
                    false);
        }

        DecodeException failure(String what) {
            return new DecodeException("parsing time " + GoText.quoteTime(text) + what, false);
        }
    }
}
