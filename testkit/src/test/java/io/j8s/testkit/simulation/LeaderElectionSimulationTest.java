package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.LeaderElection;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.testkit.ManualTimers;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

class LeaderElectionSimulationTest {

    private static final ObjectKey LEASE = new ObjectKey("kube-system", "kube-controller-manager");

    private final ManualTimers timers = new ManualTimers(Instant.parse("2030-01-01T00:00:00Z"));
    private final SimulatedApi api = new SimulatedApi(timers);
    private final List<String> leaders = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger leading = new AtomicInteger();

    @Test
    void secondTakesOverOnlyWhenTheFirstHasStoppedRenewing() throws InterruptedException {
        var first = candidate("first");
        await(() -> leaders.equals(List.of("first")));
        var second = candidate("second");
        await(() -> timers.asleep() == 2);
        for (int i = 0; i < 60; i++) {
            turn(2);
        }
        assertThat(leaders).containsExactly("first");
        first.interrupt();
        first.join(TimeUnit.SECONDS.toMillis(60));
        for (int i = 0; i < 60 && leaders.size() < 2; i++) {
            turn(1);
        }
        assertThat(leaders).containsExactly("first", "second");
        assertThat(leading).hasValueLessThanOrEqualTo(1);
        assertThat(api.all(Kinds.LEASES).getFirst().getSpec().getLeaseTransitions()).isEqualTo(1);
        second.interrupt();
    }

    /// A second goes by, and the candidates have done what they do in it.
    private void turn(int candidates) throws InterruptedException {
        timers.advance(Duration.ofSeconds(1));
        await(() -> timers.asleep() == candidates);
    }

    private static void await(java.util.function.BooleanSupplier done) throws InterruptedException {
        for (int i = 0; i < 30_000 && !done.getAsBoolean(); i++) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        assertThat(done.getAsBoolean()).isTrue();
    }

    private Thread candidate(String name) {
        return Thread.ofVirtual()
                .start(() -> {
                    var election =
                            new LeaderElection(
                                    api,
                                    LEASE,
                                    name,
                                    LeaderElection.Times.STANDARD,
                                    timers,
                                    new Random(1));
                    try {
                        election.acquire();
                        leaders.add(name);
                        leading.incrementAndGet();
                        election.hold();
                    } catch (InterruptedException stopped) {
                        leading.decrementAndGet();
                    }
                });
    }
}
