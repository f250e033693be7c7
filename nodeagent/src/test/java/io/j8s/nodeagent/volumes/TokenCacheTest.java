package io.j8s.nodeagent.volumes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.FakeCluster;
import io.j8s.nodeagent.TestPods;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;

class TokenCacheTest {

    /// Real time, moved on by hand.
    private static final class Shifted implements Timers {
        private final SystemTimers real = new SystemTimers();
        private Duration shift = Duration.ZERO;

        @Override
        public Instant now() {
            return real.now().plus(shift);
        }

        @Override
        public long nanoTime() {
            return real.nanoTime() + shift.toNanos();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            real.sleep(duration);
        }

        @Override
        public Scheduled schedule(Duration delay, Executor executor, Runnable task) {
            return real.schedule(delay, executor, task);
        }
    }

    @Test
    void tokenIsKeptForFourFifthsOfItsLife() throws Exception {
        var timers = new Shifted();
        var cache = new TokenCache(new FakeCluster(), timers);
        var wanted = new ServiceAccountTokenProjection();
        wanted.setExpirationSeconds(1000L);
        var pod = TestPods.pod("p", "Always", "true");
        assertThat(cache.token(pod, wanted)).isEqualTo("token-1");
        timers.shift = Duration.ofSeconds(790);
        assertThat(cache.token(pod, wanted)).isEqualTo("token-1");
        timers.shift = Duration.ofSeconds(810);
        assertThat(cache.token(pod, wanted)).isEqualTo("token-2");
        cache.forget("uid-p");
        assertThat(cache.token(pod, wanted)).isEqualTo("token-3");
    }
}
