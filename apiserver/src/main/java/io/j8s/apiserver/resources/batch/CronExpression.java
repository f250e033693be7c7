package io.j8s.apiserver.resources.batch;

import io.j8s.machinery.errors.FieldErrors;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What is wrong with a cron expression, in the words of the parser that upstream uses
/// (`robfig/cron/v3.ParseStandard`).
final class CronExpression {

    private static final List<String> DESCRIPTORS =
            List.of(
                    "@yearly",
                    "@annually",
                    "@monthly",
                    "@weekly",
                    "@daily",
                    "@midnight",
                    "@hourly");
    private static final List<Field> FIELDS =
            List.of(
                    new Field(0, 59, List.of()),
                    new Field(0, 23, List.of()),
                    new Field(1, 31, List.of()),
                    new Field(
                            1,
                            12,
                            List.of(
                                    "", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug",
                                    "sep", "oct", "nov", "dec")),
                    new Field(0, 6, List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat")));

    private CronExpression() {}

    /// @param names in the order of their numbers, from 0
    private record Field(int min, int max, List<String> names) {}

    /// The first mistake; empty when the expression is valid.
    static Optional<String> mistake(String text) {
        if (text.isEmpty()) {
            return Optional.of("empty spec string");
        }
        String rest = text;
        if (rest.startsWith("TZ=") || rest.startsWith("CRON_TZ=")) {
            int space = rest.indexOf(' ');
            String zone = rest.substring(rest.indexOf('=') + 1, space < 0 ? rest.length() : space);
            if (space >= 0 && !TimeZones.isKnown(zone)) {
                return Optional.of("provided bad location " + zone + ": unknown time zone " + zone);
            }
            rest = space < 0 ? "" : rest.substring(space).strip();
        }
        if (rest.startsWith("@")) {
            return descriptor(rest);
        }
        String[] parts = rest.strip().split("\\s+");
        if (rest.isBlank()) {
            parts = new String[0];
        }
        if (parts.length != FIELDS.size()) {
            return Optional.of(
                    "expected exactly 5 fields, found "
                            + parts.length
                            + ": ["
                            + String.join(" ", parts)
                            + "]");
        }
        for (int i = 0; i < parts.length; i++) {
            for (String range : parts[i].split(",", -1)) {
                var mistake = range(range, FIELDS.get(i));
                if (!range.isEmpty() && mistake.isPresent()) {
                    return mistake;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> descriptor(String text) {
        if (DESCRIPTORS.contains(text)) {
            return Optional.empty();
        }
        String every = "@every ";
        if (text.startsWith(every)) {
            try {
                io.j8s.machinery.quantity.GoDuration.parse(text.substring(every.length()));
                return Optional.empty();
            } catch (RuntimeException _) {
                return Optional.of(
                        "failed to parse duration "
                                + text
                                + ": time: invalid duration "
                                + FieldErrors.quote(text.substring(every.length())));
            }
        }
        return Optional.of("unrecognized descriptor: " + text);
    }

    private static Optional<String> range(String text, Field field) {
        String[] steps = text.split("/", -1);
        String[] ends = steps[0].split("-", -1);
        long from;
        long to;
        if (ends[0].equals("*") || ends[0].equals("?")) {
            from = field.min();
            to = field.max();
        } else {
            var first = number(ends[0], field);
            if (first.mistake() instanceof String mistake) {
                return Optional.of(mistake);
            }
            from = first.value();
            to = from;
            if (ends.length == 2) {
                var second = number(ends[1], field);
                if (second.mistake() instanceof String mistake) {
                    return Optional.of(mistake);
                }
                to = second.value();
            } else if (ends.length > 2) {
                return Optional.of("too many hyphens: " + text);
            }
        }
        long step = 1;
        if (steps.length == 2) {
            var parsed = number(steps[1], new Field(0, 0, List.of()));
            if (parsed.mistake() instanceof String mistake) {
                return Optional.of(mistake);
            }
            step = parsed.value();
            if (ends.length == 1) {
                to = field.max();
            }
        } else if (steps.length > 2) {
            return Optional.of("too many slashes: " + text);
        }
        return bounds(text, field, from, to, step);
    }

    private static Optional<String> bounds(
            String text, Field field, long from, long to, long step) {
        if (from < field.min()) {
            return Optional.of(
                    "beginning of range (%d) below minimum (%d): %s"
                            .formatted(from, field.min(), text));
        }
        if (to > field.max()) {
            return Optional.of(
                    "end of range (%d) above maximum (%d): %s".formatted(to, field.max(), text));
        }
        if (from > to) {
            return Optional.of(
                    "beginning of range (%d) beyond end of range (%d): %s"
                            .formatted(from, to, text));
        }
        return step == 0
                ? Optional.of("step of range should be a positive number: " + text)
                : Optional.empty();
    }

    private record Parsed(long value, @org.jspecify.annotations.Nullable String mistake) {}

    private static Parsed number(String text, Field field) {
        int named = field.names().indexOf(text.toLowerCase(Locale.ROOT));
        if (named >= 0 && !text.isEmpty()) {
            return new Parsed(named, null);
        }
        try {
            long value = Long.parseLong(text);
            return value < 0
                    ? new Parsed(0, "negative number (" + value + ") not allowed: " + text)
                    : new Parsed(value, null);
        } catch (NumberFormatException _) {
            return new Parsed(
                    0,
                    "failed to parse int from "
                            + text
                            + ": strconv.Atoi: parsing "
                            + FieldErrors.quote(text)
                            + ": invalid syntax");
        }
    }
}
