package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.timers.SystemTimers;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class RequestLimitTest {

    @Test
    void theReserveIsFreeAndThenEachWaitsItsTurn() {
        try (var timers = new SystemTimers()) {
            long now = timers.nanoTime();
            var limit = new RequestLimit(10, 3, timers, (_, _) -> {});
            now = spend(limit, now);
            assertThat(limit.take(now)).isEqualTo(Duration.ofMillis(100).toNanos());
            assertThat(limit.take(now)).isEqualTo(Duration.ofMillis(200).toNanos());
        }
    }

    @Test
    void timeFillsTheReserveUpAndNotFurther() {
        try (var timers = new SystemTimers()) {
            var limit = new RequestLimit(10, 3, timers, (_, _) -> {});
            long now = spend(limit, timers.nanoTime());
            now = spend(limit, now + Duration.ofHours(1).toNanos());
            assertThat(limit.take(now)).isPositive();
        }
    }

    /// @return the time at which the reserve is gone
    private static long spend(RequestLimit limit, long now) {
        long later = now + Duration.ofMinutes(1).toNanos(); // whenever the limit was made
        for (int i = 0; i < 3; i++) {
            assertThat(limit.take(later)).isZero();
        }
        return later;
    }
}
