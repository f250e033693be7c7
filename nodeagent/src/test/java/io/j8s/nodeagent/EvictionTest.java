package io.j8s.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.j8s.nodeagent.core.EvictionThresholds;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.nio.file.Path;
import java.util.List;

/// Each test has an agent of its own and mostly waits for it.
@Tag("runtime")
@Execution(ExecutionMode.CONCURRENT)
class EvictionTest {

    private @Nullable RunningAgent running;

    @AfterEach
    void stop() throws Exception {
        if (running != null) {
            running.close();
        }
    }

    private static Pod withEmptyDir(String name, String limit, String script) {
        var container = TestPods.container("main", script);
        container.setVolumeMounts(
                List.of(new VolumeMountBuilder().withName("v").withMountPath("/v").build()));
        return new PodBuilder(TestPods.pod(name, "Always", container))
                .editSpec()
                .addNewVolume()
                .withName("v")
                .withNewEmptyDir()
                .withSizeLimit(new Quantity(limit))
                .endEmptyDir()
                .endVolume()
                .endSpec()
                .build();
    }

    private static Pod withStorageLimit(String name, String script) {
        return TestPods.pod(
                name,
                "Always",
                new ContainerBuilder(TestPods.container("main", script))
                        .withNewResources()
                        .addToLimits("ephemeral-storage", new Quantity("2Mi"))
                        .endResources()
                        .build());
    }

    @Test
    void podsThatExceedTheirOwnLimitsEnd(@TempDir Path directory) throws Exception {
        var agent = new RunningAgent(directory, 25);
        running = agent;
        var waits = "; trap 'exit 0' TERM; while true; do sleep 0.1; done";
        var volume =
                agent.cluster.submit(
                        withEmptyDir("volume", "1Mi", "head -c 3000000 /dev/zero > /v/x" + waits));
        var layer =
                agent.cluster.submit(
                        withStorageLimit("layer", "head -c 5000000 /dev/zero > /x" + waits));
        var modest =
                agent.cluster.submit(
                        withEmptyDir("modest", "1Mi", "head -c 3000 /dev/zero > /v/x" + waits));
        var first = agent.awaitPhase(volume, "Failed");
        assertThat(first.getStatus().getReason()).isEqualTo("Evicted");
        assertThat(first.getStatus().getMessage())
                .isEqualTo("Usage of EmptyDir volume \"v\" exceeds the limit \"1Mi\". ");
        var second = agent.awaitPhase(layer, "Failed");
        assertThat(second.getStatus().getMessage())
                .isEqualTo(
                        "Pod ephemeral local storage usage exceeds the total limit of"
                                + " containers 2Mi. ");
        agent.awaitEvent(
                volume, "Evicted: Usage of EmptyDir volume \"v\" exceeds the limit \"1Mi\". ");
        agent.awaitPhase(modest, "Running");
        for (var pod : List.of(volume, layer, modest)) {
            agent.cluster.delete(pod, 0);
            agent.awaitGone(pod);
        }
    }

    @Test
    void criticalPodTakesThePlaceOfAnother(@TempDir Path directory) throws Exception {
        var waits = "trap 'exit 0' TERM; while true; do sleep 0.1; done";
        var some = EvictionThresholds.parse("memory.available<1Mi");
        var agent = new RunningAgent(directory, 27, 1, some);
        running = agent;
        var ordinary = agent.cluster.submit(TestPods.pod("ordinary", "Always", waits));
        agent.awaitPhase(ordinary, "Running");
        var critical =
                agent.cluster.submit(
                        new PodBuilder(TestPods.pod("critical", "Always", waits))
                                .editSpec()
                                .withPriority(2_000_000_000)
                                .endSpec()
                                .build());
        var gone = agent.awaitPhase(ordinary, "Failed");
        assertThat(gone.getStatus().getReason()).isEqualTo("Preempting");
        assertThat(gone.getStatus().getMessage())
                .isEqualTo("Preempted in order to admit critical pod");
        assertThat(gone.getStatus().getConditions())
                .anyMatch(condition ->
                        condition.getType().equals("DisruptionTarget")
                                && condition
                                        .getMessage()
                                        .equals(
                                                "Pod was preempted by Kubelet to accommodate a"
                                                        + " critical pod."));
        agent.awaitEvent(ordinary, "Preempting: Preempted in order to admit critical pod");
        agent.awaitPhase(critical, "Running");
        for (var pod : List.of(ordinary, critical)) {
            agent.cluster.delete(pod, 0);
            agent.awaitGone(pod);
        }
    }

    @Test
    void nodeShortOfMemoryEndsPodsAndTakesNoMore(@TempDir Path directory) throws Exception {
        var never = EvictionThresholds.parse("memory.available<200Ti,nodefs.available<1%");
        var agent = new RunningAgent(directory, 26, 110, never);
        running = agent;
        var pod =
                agent.cluster.submit(
                        TestPods.pod("low", "Always", "while true; do sleep 0.1; done"));
        var evicted = agent.awaitPhase(pod, "Failed");
        assertThat(evicted.getStatus().getReason()).isEqualTo("Evicted");
        assertThat(evicted.getStatus().getMessage())
                .matches(
                        "The node was low on resource: memory\\. Threshold quantity: \\w+,"
                                + " available: \\w+\\. Container main was using \\w+, request"
                                + " is 0, has larger consumption of memory\\. ");
        assertThat(evicted.getStatus().getConditions())
                .anyMatch(condition ->
                        condition.getType().equals("DisruptionTarget")
                                && condition.getStatus().equals("True")
                                && condition.getReason().equals("TerminationByKubelet"));
        var late = agent.cluster.submit(TestPods.pod("late", "Always", "true"));
        assertThat(agent.awaitPhase(late, "Failed").getStatus().getMessage())
                .isEqualTo("Pod was rejected: The node had condition: [MemoryPressure]. ");
        agent.awaitNode(
                "MemoryPressure",
                node ->
                        node.getStatus().getConditions().stream()
                                .anyMatch(condition ->
                                        condition.getType().equals("MemoryPressure")
                                                && condition.getStatus().equals("True")));
        for (var ended : List.of(pod, late)) {
            agent.cluster.delete(ended, 0);
            agent.awaitGone(ended);
        }
    }
}
