package io.j8s.conformance.e2e;

import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Waits for the outside world: the one place of the tests that sleeps.
final class Eventually {

    // a look often is a program of its own: what takes long is looked at less and less often
    private static final Duration PAUSE_MIN = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofMillis(600);

    private Eventually() {}

    /// Polls until `isGood` holds for what `look` sees, and returns that.
    ///
    /// @param dump what to show besides the last look when time is up
    static <T> T until(
            String claim,
            Duration timeout,
            Supplier<T> look,
            Predicate<T> isGood,
            Supplier<String> dump) {
        long end = System.nanoTime() + timeout.toNanos();
        var pause = PAUSE_MIN;
        while (true) {
            T seen = look.get();
            if (isGood.test(seen)) {
                return seen;
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(
                        "not within %s: %s%nlast seen: %s%n%s"
                                .formatted(timeout, claim, seen, dump.get()));
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting: " + claim, e);
            }
            var longer = pause.multipliedBy(3).dividedBy(2);
            pause = longer.compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : longer;
        }
    }
}
