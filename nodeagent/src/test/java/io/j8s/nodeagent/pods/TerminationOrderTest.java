package io.j8s.nodeagent.pods;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.nodeagent.TestPods;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

class TerminationOrderTest {

    private final SystemTimers timers = new SystemTimers();

    private static Container sidecar(String name) {
        var container = TestPods.container(name, "");
        container.setRestartPolicy("Always");
        return container;
    }

    private boolean isTurnOf(TerminationOrder order, String name) throws Exception {
        var turn = new CountDownLatch(1);
        var thread =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                order.awaitTurn(name, timers.deadline(Duration.ofMinutes(1)));
                                turn.countDown();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        // what has to wait is told from what is slow by having nothing to do but to wait
        boolean isWaiting = false;
        while (turn.getCount() > 0 && !isWaiting) {
            isWaiting = thread.getState() == Thread.State.TIMED_WAITING;
            timers.sleep(Duration.ofMillis(1));
        }
        thread.interrupt();
        thread.join();
        return turn.getCount() == 0;
    }

    @Test
    void sidecarsWaitForAllOthersAndForThoseAfterThem() throws Exception {
        var pod =
                new PodBuilder(
                                TestPods.pod(
                                        "p",
                                        "Always",
                                        TestPods.container("a", ""),
                                        TestPods.container("b", "")))
                        .editSpec()
                        .withInitContainers(
                                sidecar("one"), TestPods.container("i", ""), sidecar("two"))
                        .endSpec()
                        .build();
        var order = new TerminationOrder(pod, Set.of("a", "one", "two")); // b has ended already
        assertThat(isTurnOf(order, "a")).isTrue();
        assertThat(isTurnOf(order, "two")).isFalse();
        order.ended("a");
        assertThat(isTurnOf(order, "two")).isTrue();
        assertThat(isTurnOf(order, "one")).isFalse();
        order.ended("two");
        assertThat(isTurnOf(order, "one")).isTrue();
    }

    @Test
    void nobodyWaitsLongerThanTheTimeAllows() throws Exception {
        var pod =
                new PodBuilder(TestPods.pod("p", "Always", TestPods.container("a", "")))
                        .editSpec()
                        .withInitContainers(sidecar("one"))
                        .endSpec()
                        .build();
        var order = new TerminationOrder(pod, Set.of("a", "one"));
        order.awaitTurn("one", timers.deadline(Duration.ofMillis(1))); // returns
    }
}
