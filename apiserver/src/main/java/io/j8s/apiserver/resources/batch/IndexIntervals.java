package io.j8s.apiserver.resources.batch;

import io.j8s.machinery.errors.FieldErrors;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Texts such as `1,3-5,7` that name indexes of a job's pods.
///
/// @param mistake what is wrong with the text, in upstream's words; empty when it is well formed
/// @param count how many indexes it names; 0 when it is not well formed
record IndexIntervals(Optional<String> mistake, long count) {

    private record Interval(long from, long to) {}

    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String text) {
            super(text, null, false, false);
        }
    }

    static IndexIntervals parse(String text, long completions) {
        if (text.isEmpty()) {
            return new IndexIntervals(Optional.empty(), 0);
        }
        try {
            long total = 0;
            long last = -1;
            for (String part : text.split(",", -1)) {
                var interval = interval(part, completions);
                if (last >= interval.from() && total > 0) {
                    throw new Malformed(
                            "non-increasing order, previous: "
                                    + last
                                    + ", current: "
                                    + interval.from());
                }
                total += interval.to() - interval.from() + 1;
                last = interval.to();
            }
            return new IndexIntervals(Optional.empty(), total);
        } catch (Malformed wrong) {
            return new IndexIntervals(Optional.ofNullable(wrong.getMessage()), 0);
        }
    }

    private static Interval interval(String text, long completions) throws Malformed {
        String[] limits = text.split("-", -1);
        if (limits.length > 2) {
            throw new Malformed(
                    "the fragment "
                            + FieldErrors.quote(text)
                            + " violates the requirement that an index interval can have at most"
                            + " two parts separated by '-'");
        }
        long from = index(limits[0], completions);
        if (limits.length == 1) {
            return new Interval(from, from);
        }
        long to = index(limits[1], completions);
        if (from >= to) {
            throw new Malformed("non-increasing order, previous: " + from + ", current: " + to);
        }
        return new Interval(from, to);
    }

    private static long index(String text, long completions) throws Malformed {
        long index;
        try {
            index = Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw new Malformed(
                    "cannot convert string to integer for index: " + FieldErrors.quote(text));
        }
        if (index >= completions) {
            throw new Malformed("too large index: " + FieldErrors.quote(text));
        }
        return index;
    }

    /// The first index that both texts name; parts that are not well formed are left out.
    static Optional<Long> overlap(String completed, String failed, long completions) {
        if (completed.isEmpty() || failed.isEmpty()) {
            return Optional.empty();
        }
        var done = wellFormed(completed, completions);
        var lost = wellFormed(failed, completions);
        int i = 0;
        int j = 0;
        while (i < done.size() && j < lost.size()) {
            var c = done.get(i);
            var f = lost.get(j);
            if (c.from() <= f.to() && f.from() <= c.to()) {
                return Optional.of(Math.max(c.from(), f.from()));
            }
            if (c.from() <= f.from()) {
                i++;
            } else {
                j++;
            }
        }
        return Optional.empty();
    }

    private static List<Interval> wellFormed(String text, long completions) {
        var out = new ArrayList<Interval>();
        for (String part : text.split(",", -1)) {
            try {
                out.add(interval(part, completions));
            } catch (Malformed _) {
                // the format's own rule reports it
            }
        }
        return out;
    }
}
