package io.j8s.conformance.e2e;

import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Waits for the outside world: the one place of the tests that sleeps.
final class Eventually {

    private static final Duration INTERVAL = Duration.ofMillis(100);

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
                Thread.sleep(INTERVAL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting: " + claim, e);
            }
        }
    }
}
