package io.j8s.controllers.workload;

import org.jspecify.annotations.Nullable;

import java.util.BitSet;

/// Sets of completion indexes in upstream's text form: `1,3-5,7`. Bit sets are the sets; a job has
/// at most some hundred thousand indexes.
final class Indexes {

    private Indexes() {}

    /// What is not below `completions` or not well-formed is left out.
    static BitSet parse(@Nullable String text, int completions) {
        var set = new BitSet();
        if (text == null || text.isEmpty()) {
            return set;
        }
        for (var part : text.split(",", -1)) {
            int dash = part.indexOf('-');
            try {
                int first = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
                int last = dash < 0 ? first : Integer.parseInt(part.substring(dash + 1));
                if (first < completions) {
                    set.set(first, Math.min(last, completions - 1) + 1);
                }
            } catch (NumberFormatException _) {
                // upstream: what is malformed does not count
            }
        }
        return set;
    }

    static String print(BitSet set) {
        var out = new StringBuilder();
        for (int first = set.nextSetBit(0); first >= 0; ) {
            int end = set.nextClearBit(first);
            if (!out.isEmpty()) {
                out.append(',');
            }
            out.append(first);
            if (end - first == 2) {
                out.append(',').append(first + 1); // upstream: two in a row are no interval
            } else if (end - first > 2) {
                out.append('-').append(end - 1);
            }
            first = set.nextSetBit(end);
        }
        return out.toString();
    }
}
