package io.j8s.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.j8s.machinery.timers.Timers;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;

/// Which pod comes when, with a clock turned by hand.
final class SchedulingQueueTest {

    private final TurnedClock timers = new TurnedClock();
    private final Plugin waitsForNodes = new Waiting("Nodes", ClusterChange.Type.NODE);
    private final Plugin waitsForPods = new Waiting("Pods", ClusterChange.Type.POD_DELETED);
    private final SchedulingQueue queue =
            new SchedulingQueue(
                    timers,
                    Comparator.comparingLong(QueuedPod::addedNanos),
                    pod ->
                            pod.labels().containsKey("gated")
                                    ? new Verdict.Rejected("gated", false)
                                    : Verdict.Fits.FITS,
                    name -> name.equals("Nodes") ? waitsForNodes : waitsForPods);

    private record Waiting(String name, ClusterChange.Type type) implements Plugin {
        @Override
        public List<WakeUp> wakeUps() {
            return List.of(WakeUp.on(type));
        }
    }

    @Test
    void triesARejectedPodAgainOnlyWhenWhatItWaitsForChanges() {
        queue.add(info("a"));
        reject("a", Set.of("Nodes"));
        timers.turn(Duration.ofSeconds(20));

        queue.changed(new ClusterChange(ClusterChange.Type.POD_DELETED, null, null));
        assertThat(queue.poll()).isNull();

        queue.changed(new ClusterChange(ClusterChange.Type.NODE, null, null));
        assertThat(name()).isEqualTo("a");
    }

    @Test
    void waitsLongerAfterEachFailure() {
        queue.add(info("a"));
        for (int seconds : new int[] {1, 2, 4, 8, 10, 10}) {
            reject("a", Set.of());
            timers.turn(Duration.ofSeconds(seconds).minusMillis(1));
            assertThat(queue.activeCount()).isZero();
            timers.turn(Duration.ofMillis(1));
            assertThat(queue.activeCount()).isEqualTo(1);
        }
    }

    @Test
    void missesNoChangeThatComesWhileAPodIsTried() {
        queue.add(info("a"));
        var taken = java.util.Objects.requireNonNull(queue.poll());
        queue.changed(new ClusterChange(ClusterChange.Type.NODE, null, null));
        queue.rejected(taken, Set.of("Nodes"));
        queue.done(taken.pod().uid());
        timers.turn(Duration.ofSeconds(1));

        assertThat(name()).isEqualTo("a");
    }

    @Test
    void triesEvenWithoutAnyChangeAfterFiveMinutes() {
        queue.add(info("a"));
        reject("a", Set.of("Nodes"));
        timers.turn(Duration.ofMinutes(5));

        assertThat(name()).isEqualTo("a");
    }

    @Test
    void holdsGatedPodsBackUntilTheyChange() {
        var gated = pod("a");
        gated.getMetadata().setLabels(Map.of("gated", ""));
        queue.add(new PodInfo(gated));
        assertThat(queue.activeCount()).isZero();

        queue.update(info("a"), true);
        assertThat(name()).isEqualTo("a");
    }

    @Test
    void forgetsRemovedPods() {
        queue.add(info("a"));
        queue.add(info("b"));
        queue.remove("a");

        assertThat(name()).isEqualTo("b");
        assertThat(queue.poll()).isNull();
    }

    private void reject(String name, Set<String> by) {
        var taken = java.util.Objects.requireNonNull(queue.poll());
        assertThat(taken.pod().key().name()).isEqualTo(name);
        queue.rejected(taken, by);
        queue.done(taken.pod().uid());
    }

    private String name() {
        return java.util.Objects.requireNonNull(queue.poll()).pod().key().name();
    }

    private static PodInfo info(String name) {
        return new PodInfo(pod(name));
    }

    private static Pod pod(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .withUid(name)
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build();
    }

    /// Time stands still until it is turned; what is due then runs at once.
    private static final class TurnedClock implements Timers {
        private long nanos;
        private final List<Due> dues = new ArrayList<>();

        private record Due(long at, Runnable task) {}

        void turn(Duration by) {
            nanos += by.toNanos();
            for (Due due : List.copyOf(dues)) {
                if (due.at() <= nanos && dues.remove(due)) {
                    due.task().run();
                }
            }
        }

        @Override
        public Instant now() {
            return Instant.EPOCH.plusNanos(nanos);
        }

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public void sleep(Duration duration) {
            throw new IllegalStateException("nobody sleeps here");
        }

        @Override
        public Scheduled schedule(Duration delay, Executor executor, Runnable task) {
            var due = new Due(nanos + delay.toNanos(), task);
            dues.add(due);
            return () -> dues.remove(due);
        }
    }
}
