package io.j8s.storage.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.storage.TurnedTimers;
import io.j8s.storage.memory.MemoryStore;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class SharedLeasesTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private final TurnedTimers timers = new TurnedTimers();
    private final MemoryStore store = new MemoryStore(timers);
    private final SharedLeases leases = new SharedLeases(store, timers);

    @Test
    void objectsOfOneMinuteShareALease() throws InterruptedException {
        long first = leases.leaseFor(HOUR);
        timers.advance(Duration.ofSeconds(59));
        assertThat(leases.leaseFor(HOUR)).isEqualTo(first);
        timers.advance(Duration.ofSeconds(2));
        assertThat(leases.leaseFor(HOUR)).isNotEqualTo(first);
    }

    @Test
    void aLeaseLastsAtLeastTheWholeTime() throws InterruptedException {
        long first = leases.leaseFor(HOUR);
        timers.advance(HOUR.plusSeconds(59));
        assertThat(store.keepAlive(first)).isTrue();
    }

    @Test
    void aShorterTimeGetsItsOwnLease() throws InterruptedException {
        long hour = leases.leaseFor(HOUR);
        long minute = leases.leaseFor(Duration.ofMinutes(1));

        assertThat(minute).isNotEqualTo(hour);
        assertThat(leases.leaseFor(Duration.ofMinutes(1))).isEqualTo(minute);
        timers.advance(Duration.ofSeconds(4)); // 5 % of a minute are 3 seconds
        assertThat(leases.leaseFor(Duration.ofMinutes(1))).isNotEqualTo(minute);
    }

    @Test
    void aThousandObjectsFillALease() throws InterruptedException {
        long first = leases.leaseFor(HOUR);
        for (int i = 0; i < 999; i++) {
            assertThat(leases.leaseFor(HOUR)).isEqualTo(first);
        }
        assertThat(leases.leaseFor(HOUR)).isNotEqualTo(first);
    }

    @Test
    void aForgottenLeaseIsReplaced() throws InterruptedException {
        long first = leases.leaseFor(HOUR);
        leases.forget(first);
        assertThat(leases.leaseFor(HOUR)).isNotEqualTo(first);
    }
}
