package io.j8s.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Quantity;
import io.j8s.nodeagent.runtime.HostCommand;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

@Tag("runtime")
class PodResizeTest {

    private static final String WAITS = "trap 'exit 0' TERM; while true; do sleep 0.1; done";
    private static RunningAgent agent;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        agent = new RunningAgent(directory, 24);
    }

    @AfterAll
    static void stop() throws Exception {
        agent.close();
    }

    @AfterEach
    void deleteAll() throws Exception {
        for (var pod : List.copyOf(agent.cluster.pods.values())) {
            agent.cluster.delete(pod, 0);
            agent.awaitGone(pod);
        }
    }

    private static Container sized(String cpu, String memory) {
        return new ContainerBuilder(TestPods.container("main", WAITS))
                .withNewResources()
                .addToRequests("cpu", new Quantity(cpu))
                .addToLimits("cpu", new Quantity("500m"))
                .addToRequests("memory", new Quantity(memory))
                .addToLimits("memory", new Quantity(memory))
                .endResources()
                .build();
    }

    /// As a client does through the `resize` subresource.
    private static Pod resized(Pod pod, String cpu, String memory) {
        var current = agent.cluster.pods.get(FakeCluster.keyOf(pod));
        var changed =
                new PodBuilder(current)
                        .editMetadata()
                        .withGeneration(2L)
                        .endMetadata()
                        .editSpec()
                        .editFirstContainer()
                        .withResources(sized(cpu, memory).getResources())
                        .endContainer()
                        .endSpec()
                        .build();
        agent.cluster.put(changed);
        return changed;
    }

    private static Optional<PodCondition> condition(Pod pod, String type) {
        return pod.getStatus().getConditions().stream()
                .filter(found -> found.getType().equals(type))
                .findFirst();
    }

    private static ContainerStatus main(Pod pod) {
        return pod.getStatus().getContainerStatuses().getFirst();
    }

    private static String limit(Pod pod, String file) throws Exception {
        var id = main(pod).getContainerID().replace("containerd://", "");
        var root = "/sys/fs/cgroup/" + file.substring(0, file.indexOf('.'));
        // not by a walk of our own, which ends where another pod's directory vanishes
        var read = "cat $(find %s -name %s)/%s".formatted(root, id, file);
        return HostCommand.run(Duration.ofSeconds(60), "sh", "-c", read).strip();
    }

    private static boolean hasMemory(Pod pod, String amount) {
        var limits = main(pod).getResources().getLimits();
        return limits != null && new Quantity(amount).equals(limits.get("memory"));
    }

    @Test
    void runningContainerGetsOtherLimitsWithoutARestart() throws Exception {
        var pod = agent.cluster.submit(TestPods.pod("grow", "Always", sized("100m", "32Mi")));
        var before = agent.awaitPhase(pod, "Running");
        assertThat(main(before).getAllocatedResources())
                .containsEntry("memory", new Quantity("32Mi"));
        resized(pod, "200m", "64Mi");
        var after = agent.await(pod, "64Mi", current -> hasMemory(current, "64Mi"));
        assertThat(main(after).getContainerID()).isEqualTo(main(before).getContainerID());
        assertThat(limit(after, "memory.limit_in_bytes")).isEqualTo("67108864");
        assertThat(limit(after, "cpu.shares")).isEqualTo("204");
        agent.await(
                pod,
                "the end of the change",
                current -> condition(current, "PodResizeInProgress").isEmpty());
        agent.awaitEvent(
                pod,
                "ResizeStarted: Pod resize started:"
                        + " {\"containers\":[{\"name\":\"main\",\"resources\":{\"limits\":"
                        + "{\"cpu\":\"500m\",\"memory\":\"64Mi\"},\"requests\":"
                        + "{\"cpu\":\"200m\",\"memory\":\"64Mi\"}}}],\"generation\":2}");
        agent.awaitEvent(
                pod,
                "ResizeCompleted",
                event -> event.startsWith("ResizeCompleted: Pod resize completed: {"));
        assertThat(after.getStatus().getAllocatedResources())
                .containsEntry("cpu", new Quantity("200m"));
    }

    @Test
    void containerRestartsWhereItsPolicySaysSo() throws Exception {
        var container =
                new ContainerBuilder(sized("100m", "32Mi"))
                        .addNewResizePolicy("memory", "RestartContainer")
                        .build();
        var pod = agent.cluster.submit(TestPods.pod("again", "Always", container));
        agent.awaitPhase(pod, "Running");
        resized(pod, "100m", "48Mi");
        var after =
                agent.await(
                        pod,
                        "restart",
                        current ->
                                main(current).getRestartCount() == 1 && hasMemory(current, "48Mi"));
        assertThat(limit(after, "memory.limit_in_bytes")).isEqualTo("50331648");
        agent.awaitEvent(pod, "Killing: Container main resize requires restart");
    }

    @Test
    void whatTheNodeCannotGiveIsDeferred() throws Exception {
        var pod = agent.cluster.submit(TestPods.pod("much", "Always", sized("100m", "32Mi")));
        agent.awaitPhase(pod, "Running");
        resized(pod, "500m", "900Ti");
        var waiting =
                agent.await(
                        pod,
                        "PodResizePending",
                        current -> condition(current, "PodResizePending").isPresent());
        var pending = condition(waiting, "PodResizePending").orElseThrow();
        assertThat(pending.getReason()).isEqualTo("Deferred");
        assertThat(pending.getMessage())
                .startsWith("Node didn't have enough resource: memory, requested: 989560464998400");
        assertThat(pending.getObservedGeneration()).isEqualTo(2L);
        assertThat(hasMemory(waiting, "32Mi")).isTrue();
        resized(pod, "100m", "32Mi");
        agent.await(
                pod, "no more wish", current -> condition(current, "PodResizePending").isEmpty());
    }

    @Test
    void memoryInUseIsNotTakenAway() throws Exception {
        var container =
                new ContainerBuilder(sized("100m", "64Mi"))
                        .withCommand(
                                "sh",
                                "-c",
                                "x=$(head -c 20000000 /dev/zero | tr '\\0' a); echo full; " + WAITS)
                        .build();
        var pod = agent.cluster.submit(TestPods.pod("less", "Always", container));
        agent.awaitPhase(pod, "Running");
        agent.awaitLog("less/main", "full\n");
        resized(pod, "100m", "8Mi");
        var failed =
                agent.await(
                        pod,
                        "an error",
                        current ->
                                condition(current, "PodResizeInProgress")
                                        .filter(found -> "Error".equals(found.getReason()))
                                        .isPresent());
        assertThat(condition(failed, "PodResizeInProgress").orElseThrow().getMessage())
                .startsWith("cannot decrease memory limits: [attempting to set pod memory limit");
        assertThat(limit(failed, "memory.limit_in_bytes")).isEqualTo("67108864");
    }

    @Test
    void newAgentKnowsWhatWasPromised() throws Exception {
        var pod = agent.cluster.submit(TestPods.pod("kept", "Always", sized("100m", "32Mi")));
        var before = agent.awaitPhase(pod, "Running");
        resized(pod, "100m", "900Ti");
        agent.await(
                pod,
                "PodResizePending",
                current -> condition(current, "PodResizePending").isPresent());
        agent.restartAgent();
        resized(pod, "100m", "40Mi");
        var after = agent.await(pod, "40Mi", current -> hasMemory(current, "40Mi"));
        assertThat(main(after).getContainerID()).isEqualTo(main(before).getContainerID());
        assertThat(limit(after, "memory.limit_in_bytes")).isEqualTo("41943040");
    }
}
