package io.j8s.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;
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

    private static final Map<String, ClusterChange.Resource> WAITS_FOR =
            Map.of(
                    "Nodes",
                    ClusterChange.Resource.NODE,
                    "Pods",
                    ClusterChange.Resource.ASSIGNED_POD);

    private final TurnedClock timers = new TurnedClock();
    private final List<String> entered = new ArrayList<>();
    private final SchedulingQueue queue =
            new SchedulingQueue(
                    timers,
                    BackoffPolicy.STANDARD,
                    Comparator.<QueuedPod>comparingInt(queued -> -queued.pod().priority())
                            .thenComparingLong(QueuedPod::sinceNanos),
                    new Rules(),
                    (part, event) -> entered.add(part + " " + event));

    private static final class Rules implements SchedulingQueue.Rules {
        @Override
        public @Nullable String gatedBy(PodInfo pod) {
            return pod.labels().containsKey("gated") ? "Gates" : null;
        }

        @Override
        public boolean isWorthATry(PodInfo pod, Set<String> by, ClusterChange change) {
            return by.isEmpty()
                    || by.stream().anyMatch(name -> change.resource() == WAITS_FOR.get(name))
                    || (change.resource() == ClusterChange.Resource.TARGET_POD
                            && by.contains("Gates"));
        }

        @Override
        public boolean isOfInterest(PodInfo pod, String plugin, ClusterChange change) {
            return change.resource() == ClusterChange.Resource.TARGET_POD;
        }
    }

    private static ClusterChange change(ClusterChange.Resource resource) {
        return ClusterChange.of(resource, null, null);
    }

    @Test
    void triesARejectedPodAgainOnlyWhenWhatItWaitsForChanges() {
        queue.add(info("a"));
        reject("a", Set.of("Nodes"));
        timers.turn(Duration.ofSeconds(20));

        queue.changed(change(ClusterChange.Resource.ASSIGNED_POD));
        assertThat(queue.poll()).isNull();

        queue.changed(change(ClusterChange.Resource.NODE));
        assertThat(name()).isEqualTo("a");
    }

    @Test
    void waitsLongerAfterEachFailure() {
        queue.add(info("a"));
        for (int seconds : new int[] {1, 2, 4, 8, 10, 10}) {
            reject("a", Set.of());
            // upstream's windows are whole seconds, and the end itself still waits
            for (int i = 0; i < seconds; i++) {
                timers.turn(Duration.ofSeconds(1));
                assertThat(queue.activeCount()).isZero();
            }
            timers.turn(Duration.ofSeconds(1));
            assertThat(queue.activeCount()).isEqualTo(1);
        }
    }

    @Test
    void triesAPodBeforeItsBackoffIsOverWhenNothingElseIsToDo() {
        queue.add(info("a"));
        reject("a", Set.of("Nodes"));
        queue.changed(change(ClusterChange.Resource.NODE));
        assertThat(queue.backoffCount()).isEqualTo(1);

        queue.add(info("b"));
        assertThat(name()).isEqualTo("b");
        assertThat(name()).isEqualTo("a");
        assertThat(entered)
                .containsExactly(
                        "active UnscheduledPodAdd",
                        "unschedulable ScheduleAttemptFailure",
                        "backoff NodeAdd",
                        "active UnscheduledPodAdd",
                        "active PopFromBackoffQ");
    }

    @Test
    void letsAPodThatWasTriedGoBehindOthersOfItsPriority() {
        queue.add(info("a"));
        timers.turn(Duration.ofSeconds(1));
        queue.add(info("b"));
        timers.turn(Duration.ofSeconds(1));
        reject("a", Set.of("Nodes"));
        timers.turn(Duration.ofSeconds(20));
        queue.changed(change(ClusterChange.Resource.NODE));

        assertThat(name()).isEqualTo("b");
        assertThat(name()).isEqualTo("a");
    }

    @Test
    void missesNoChangeThatComesWhileAPodIsTried() {
        queue.add(info("a"));
        var taken = java.util.Objects.requireNonNull(queue.poll());
        queue.changed(change(ClusterChange.Resource.NODE));
        queue.rejected(taken, Set.of("Nodes"));
        queue.done(taken.pod().uid());
        timers.turn(Duration.ofSeconds(1));

        assertThat(name()).isEqualTo("a");
    }

    /// Room is made in the background, and may be there before the attempt that asked for it is
    /// over.
    @Test
    void triesAPodAgainThatWasActivatedWhileItWasTried() {
        queue.add(info("a"));
        var taken = java.util.Objects.requireNonNull(queue.poll());
        queue.activate(taken.pod());
        queue.rejected(taken, Set.of("Pods"));
        queue.done(taken.pod().uid());
        assertThat(name()).isEqualTo("a");
    }

    @Test
    void triesEvenWithoutAnyChangeAfterFiveMinutes() {
        queue.add(info("a"));
        reject("a", Set.of("Nodes"));
        for (int i = 0; i <= 10; i++) {
            timers.turn(Duration.ofSeconds(30)); // looked at so often
        }

        assertThat(name()).isEqualTo("a");
    }

    @Test
    void holdsGatedPodsBackUntilTheyChange() {
        var gated = pod("a");
        gated.getMetadata().setLabels(Map.of("gated", ""));
        queue.add(new PodInfo(gated));
        assertThat(queue.activeCount()).isZero();

        queue.update(info("a"), change(ClusterChange.Resource.TARGET_POD));
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
