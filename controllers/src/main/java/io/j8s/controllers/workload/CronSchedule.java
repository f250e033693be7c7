package io.j8s.controllers.workload;

import io.j8s.machinery.quantity.GoDuration;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A cron schedule as upstream reads it (robfig/cron's standard form): five fields, names, ranges,
/// steps, `@daily` and its kin, `@every 1h`. When day of month and day of week are both restricted,
/// either one is enough.
final class CronSchedule {

    private static final List<String> MONTHS =
            List.of(
                    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
                    "dec");
    private static final List<String> DAYS =
            List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");
    private static final int YEARS_MAX = 5; // upstream: gives up after five years

    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet daysOfMonth;
    private final BitSet months;
    private final BitSet daysOfWeek;
    private final boolean anyDay;
    private final Duration every;

    private CronSchedule(String[] fields) {
        this.minutes = field(fields[0], 0, 59, List.of(), 0);
        this.hours = field(fields[1], 0, 23, List.of(), 0);
        this.daysOfMonth = field(fields[2], 1, 31, List.of(), 0);
        this.months = field(fields[3], 1, 12, MONTHS, 1);
        this.daysOfWeek = field(fields[4], 0, 6, DAYS, 0);
        this.anyDay = isStar(fields[2]) || isStar(fields[4]);
        this.every = Duration.ZERO;
    }

    private CronSchedule(Duration every) {
        this.minutes = new BitSet();
        this.hours = new BitSet();
        this.daysOfMonth = new BitSet();
        this.months = new BitSet();
        this.daysOfWeek = new BitSet();
        this.anyDay = true;
        this.every = every;
    }

    /// @throws IllegalArgumentException saying what cannot be read
    static CronSchedule parse(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("empty spec string");
        }
        if (text.startsWith("@")) {
            return descriptor(text);
        }
        var fields = text.strip().split("\\s+");
        if (fields.length != 5) {
            throw new IllegalArgumentException(
                    "expected exactly 5 fields, found %d: [%s]"
                            .formatted(fields.length, String.join(" ", fields)));
        }
        return new CronSchedule(fields);
    }

    private static CronSchedule descriptor(String text) {
        return switch (text) {
            case "@yearly", "@annually" -> parse("0 0 1 1 *");
            case "@monthly" -> parse("0 0 1 * *");
            case "@weekly" -> parse("0 0 * * 0");
            case "@daily", "@midnight" -> parse("0 0 * * *");
            case "@hourly" -> parse("0 * * * *");
            default -> {
                if (!text.startsWith("@every ")) {
                    throw new IllegalArgumentException("unrecognized descriptor: " + text);
                }
                var every = GoDuration.parse(text.substring("@every ".length()));
                yield new CronSchedule(
                        every.toSeconds() < 1
                                ? Duration.ofSeconds(1)
                                : every.truncatedTo(ChronoUnit.SECONDS));
            }
        };
    }

    /// Upstream: a star with a step is a list of days like any other, so that `*/2` beside a day of
    /// the week means either one.
    private static boolean isStar(String field) {
        for (var part : field.split(",", -1)) {
            var range = part.split("/", -1);
            if (isAll(range[0]) && (range.length == 1 || range[1].equals("1"))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAll(String range) {
        var first = range.split("-", -1)[0];
        return first.equals("*") || first.equals("?");
    }

    private static BitSet field(String text, int min, int max, List<String> names, int base) {
        var set = new BitSet();
        for (var part : text.split(",", -1)) {
            if (part.isEmpty()) {
                continue; // upstream: commas too many mean nothing
            }
            var range = part.split("/", -1);
            if (range.length > 2) {
                throw new IllegalArgumentException("too many slashes: " + part);
            }
            var bounds = range[0].split("-", -1);
            if (bounds.length > 2 && !isAll(range[0])) {
                throw new IllegalArgumentException("too many hyphens: " + part);
            }
            int first = min;
            int last = max;
            if (!isAll(range[0])) {
                first = number(bounds[0], names, base);
                last = bounds.length == 2 ? number(bounds[1], names, base) : first;
                last = bounds.length == 1 && range.length == 2 ? max : last;
            }
            int step = range.length == 2 ? number(range[1], List.of(), 0) : 1;
            if (first < min) {
                throw new IllegalArgumentException(
                        "beginning of range (%d) below minimum (%d): %s"
                                .formatted(first, min, part));
            }
            if (last > max) {
                throw new IllegalArgumentException(
                        "end of range (%d) above maximum (%d): %s".formatted(last, max, part));
            }
            if (first > last) {
                throw new IllegalArgumentException(
                        "beginning of range (%d) beyond end of range (%d): %s"
                                .formatted(first, last, part));
            }
            if (step == 0) {
                throw new IllegalArgumentException(
                        "step of range should be a positive number: " + part);
            }
            for (int i = first; i <= last; i += step) {
                set.set(i);
            }
        }
        return set;
    }

    private static int number(String text, List<String> names, int base) {
        int name = names.indexOf(text.toLowerCase(Locale.ROOT));
        if (name >= 0) {
            return name + base;
        }
        try {
            int value = Integer.parseInt(text);
            if (value < 0) {
                throw new IllegalArgumentException(
                        "negative number (%d) not allowed: %s".formatted(value, text));
            }
            return value;
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException(
                    "failed to parse int from %s: strconv.Atoi: parsing \"%s\": invalid syntax"
                            .formatted(text, text),
                    wrong);
        }
    }

    /// The first time after `after`; empty when there is none in five years.
    Optional<Instant> next(Instant after, ZoneId zone) {
        if (every.isPositive()) {
            return Optional.of(after.truncatedTo(ChronoUnit.SECONDS).plus(every));
        }
        var time = after.atZone(zone).truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
        int lastYear = time.getYear() + YEARS_MAX;
        while (time.getYear() <= lastYear) {
            if (!months.get(time.getMonthValue())) {
                time = time.withDayOfMonth(1).truncatedTo(ChronoUnit.DAYS).plusMonths(1);
            } else if (!isDay(time)) {
                time = time.truncatedTo(ChronoUnit.DAYS).plusDays(1);
            } else if (!hours.get(time.getHour())) {
                time = time.truncatedTo(ChronoUnit.HOURS).plusHours(1);
            } else if (!minutes.get(time.getMinute())) {
                time = time.plusMinutes(1);
            } else {
                return Optional.of(time.toInstant());
            }
        }
        return Optional.empty();
    }

    private boolean isDay(ZonedDateTime time) {
        boolean month = daysOfMonth.get(time.getDayOfMonth());
        boolean week = daysOfWeek.get(time.getDayOfWeek().getValue() % 7);
        return anyDay ? month && week : month || week;
    }
}
