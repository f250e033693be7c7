package io.j8s.cli;

import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// Answers that count for a while, at most [#ENTRIES_MAX]. Two that ask at once may both ask. Safe
/// for use by many threads.
final class RecentAnswers<Q, A> {

    private static final int ENTRIES_MAX = 4096;

    private final Timers timers;
    private final Map<Q, Recent<A>> entries =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Q, Recent<A>> eldest) {
                    return size() > ENTRIES_MAX;
                }
            };

    private record Recent<A>(A answer, long atNanos) {}

    RecentAnswers(Timers timers) {
        this.timers = timers;
    }

    A get(Q question, Duration kept, Supplier<A> ask) {
        synchronized (entries) {
            var known = entries.get(question);
            if (known != null && timers.nanoTime() - known.atNanos() < kept.toNanos()) {
                return known.answer();
            }
        }
        var answer = ask.get();
        synchronized (entries) {
            entries.put(question, new Recent<>(answer, timers.nanoTime()));
        }
        return answer;
    }
}
