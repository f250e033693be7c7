package io.j8s.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.storage.engine.RetentionTrail.Sample;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

class RetentionTrailTest {

    private static final long MINUTE = 60_000;
    private static final long NOW = 1_000_000 * MINUTE;

    private final RetentionTrail trail =
            new RetentionTrail(new Retention(Duration.ofHours(1), 1000), List.of());

    @Test
    void historyExpiresByAge() {
        trail.add(new Sample(NOW, 10, 0));
        trail.add(new Sample(NOW + 10 * MINUTE, 20, 0));

        assertThat(trail.expired(NOW + 59 * MINUTE, 0)).isZero();
        assertThat(trail.expired(NOW + 60 * MINUTE, 0)).isEqualTo(10);
        assertThat(trail.expired(NOW + 70 * MINUTE, 0)).isEqualTo(20);
    }

    @Test
    void historyExpiresBySize() {
        trail.add(new Sample(NOW, 10, 100));
        trail.add(new Sample(NOW, 20, 600));

        assertThat(trail.expired(NOW, 1100)).isZero();
        assertThat(trail.expired(NOW, 1101)).isEqualTo(10);
        assertThat(trail.expired(NOW, 5000)).isEqualTo(20);
    }

    @Test
    void whatExpiredOnceStaysExpired() {
        trail.add(new Sample(NOW, 10, 0));
        trail.expired(NOW + 60 * MINUTE, 0);

        assertThat(trail.expired(NOW + 60 * MINUTE, 0)).isEqualTo(10);
    }

    @Test
    void samplesAreFew() {
        int count = 0;
        for (int second = 0; second < 3600; second++) {
            if (trail.isDue(NOW + second * 1000L, 0)) {
                trail.add(new Sample(NOW + second * 1000L, second, 0));
                count++;
            }
        }
        assertThat(count).isBetween(60, 65);
    }
}
