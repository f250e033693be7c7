package io.j8s.nodeagent.pods;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.nodeagent.FakeCluster;
import io.j8s.nodeagent.TestPods;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

class StatusReporterTest {

    private final FakeCluster cluster = new FakeCluster();
    private final SystemTimers timers = new SystemTimers();
    private final Tasks tasks = new Tasks();
    private final Pod pod = cluster.submit(TestPods.pod("p", "Always", "true"));
    private final StatusReporter reporter = reporter();

    /// Tasks that wait to be run.
    private static final class Tasks extends AbstractExecutorService {
        private final Queue<Runnable> waiting = new ArrayDeque<>();

        void runAll() {
            while (!waiting.isEmpty()) {
                waiting.remove().run();
            }
        }

        @Override
        public void execute(Runnable task) {
            waiting.add(task);
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }

    @AfterEach
    void close() {
        timers.close();
    }

    @SuppressWarnings("NullAway") // nobody else is asked
    private StatusReporter reporter() {
        var tools =
                new PodTools(
                        cluster, null, null, null, null, null, timers, null, null, null, null,
                        tasks);
        return new StatusReporter(
                tools, FakeCluster.keyOf(pod), pod.getMetadata().getUid(), false, () -> {});
    }

    private static PodStatus status(String phase) {
        return new PodStatusBuilder().withPhase(phase).build();
    }

    private String told() {
        tasks.runAll();
        var found = Objects.requireNonNull(cluster.pods.get(FakeCluster.keyOf(pod)));
        return found.getStatus() == null ? "" : found.getStatus().getPhase();
    }

    @Test
    void whatIsNotedIsThePodsStatusAndToldLater() {
        reporter.note(pod, status("Pending"));
        assertThat(reporter.withReported(pod).getStatus().getPhase()).isEqualTo("Pending");
        assertThat(told()).isEmpty();
        reporter.tell();
        assertThat(told()).isEqualTo("Pending");
    }

    @Test
    void nothingNotedIsNothingToTell() {
        reporter.tell();
        assertThat(told()).isEmpty();
    }

    @Test
    void podWithOurStatusIsTheSamePodOtherwise() {
        reporter.report(pod, status("Running"));
        var merged = reporter.withReported(pod);
        assertThat(merged.getMetadata()).isSameAs(pod.getMetadata());
        assertThat(merged.getSpec()).isSameAs(pod.getSpec());
        assertThat(merged.getKind()).isEqualTo(pod.getKind());
        assertThat(pod.getStatus()).isNull();
        assertThat(told()).isEqualTo("Running");
    }
}
