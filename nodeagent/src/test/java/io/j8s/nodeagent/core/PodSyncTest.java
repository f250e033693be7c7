package io.j8s.nodeagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.j8s.cri.v1.ContainerMetadata;
import io.j8s.cri.v1.ContainerState;
import io.j8s.cri.v1.ContainerStatus;
import io.j8s.cri.v1.PodSandboxMetadata;
import io.j8s.cri.v1.PodSandboxNetworkStatus;
import io.j8s.cri.v1.PodSandboxState;
import io.j8s.cri.v1.PodSandboxStatus;
import io.j8s.nodeagent.TestPods;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Map;

class PodSyncTest {

    static PodSandboxStatus sandbox(int attempt, boolean isReady) {
        return PodSandboxStatus.newBuilder()
                .setId("s" + attempt)
                .setCreatedAt(10 + attempt * 100L)
                .setMetadata(PodSandboxMetadata.newBuilder().setAttempt(attempt))
                .setState(
                        isReady ? PodSandboxState.SANDBOX_READY : PodSandboxState.SANDBOX_NOTREADY)
                .setNetwork(PodSandboxNetworkStatus.newBuilder().setIp("10.0.0.1"))
                .build();
    }

    static ContainerStatus run(String name, ContainerState state, int exitCode) {
        return ContainerStatus.newBuilder()
                .setId("id-" + name)
                .setCreatedAt(50)
                .setMetadata(ContainerMetadata.newBuilder().setName(name))
                .putLabels(RuntimePod.LABEL_CONTAINER, name)
                .setState(state)
                .setExitCode(exitCode)
                .build();
    }

    static ContainerStatus running(String name) {
        return run(name, ContainerState.CONTAINER_RUNNING, 0);
    }

    static ContainerStatus ended(String name, int exitCode) {
        return run(name, ContainerState.CONTAINER_EXITED, exitCode);
    }

    static RuntimePod with(ContainerStatus... containers) {
        return new RuntimePod("u", List.of(sandbox(0, true)), List.of(containers));
    }

    private static PodSync.Plan plan(Pod pod, RuntimePod actual) {
        return PodSync.plan(pod, actual, ProbeState.NONE, Allocation.of(pod));
    }

    private static List<String> names(List<Container> containers) {
        return containers.stream().map(Container::getName).toList();
    }

    static Pod withInit(String policy, Container... init) {
        return new PodBuilder(TestPods.pod("p", policy, "true"))
                .editSpec()
                .withInitContainers(init)
                .endSpec()
                .build();
    }

    private static Container sidecar(String name) {
        var container = TestPods.container(name, "sleep 1");
        container.setRestartPolicy("Always");
        return container;
    }

    @Test
    void newPodGetsASandboxAndItsContainers() {
        var plan = plan(TestPods.pod("p", "Always", "true"), RuntimePod.none("u"));
        assertThat(plan.createSandbox()).isTrue();
        assertThat(plan.attempt()).isZero();
        assertThat(names(plan.start())).containsExactly("main");
    }

    @ParameterizedTest
    @CsvSource({
        "Always,0,true,false",
        "Always,1,true,false",
        "OnFailure,0,false,true",
        "OnFailure,1,true,false",
        "Never,0,false,true",
        "Never,1,false,true"
    })
    void restartPolicyAndExitCodeDecide(
            String policy, int exitCode, boolean isStarted, boolean isPodOver) {
        var plan = plan(TestPods.pod("p", policy, "true"), with(ended("main", exitCode)));
        assertThat(!plan.start().isEmpty()).isEqualTo(isStarted);
        assertThat(plan.killPod()).isEqualTo(isPodOver);
        assertThat(plan.createSandbox()).isFalse();
    }

    @Test
    void runningContainerNeedsNothing() {
        assertThat(plan(TestPods.pod("p", "Always", "true"), with(running("main"))).isNothing())
                .isTrue();
    }

    @Test
    void deadSandboxIsReplacedUnlessThePodNeverRestarts() {
        var dead = new RuntimePod("u", List.of(sandbox(0, false)), List.of(ended("main", 137)));
        var again = plan(TestPods.pod("p", "Always", "true"), dead);
        assertThat(again.createSandbox()).isTrue();
        assertThat(again.attempt()).isEqualTo(1);
        var over = plan(TestPods.pod("p", "Never", "true"), dead);
        assertThat(over.createSandbox()).isFalse();
        assertThat(over.killPod()).isTrue();
    }

    @Test
    void initContainersRunOneAfterTheOther() {
        var pod = withInit("Always", TestPods.container("one", ""), TestPods.container("two", ""));
        assertThat(names(plan(pod, RuntimePod.none("u")).init())).containsExactly("one");
        assertThat(plan(pod, with(running("one"))).isNothing()).isTrue();
        assertThat(names(plan(pod, with(ended("one", 0))).init())).containsExactly("two");
        assertThat(names(plan(pod, with(ended("one", 1))).init())).containsExactly("one");
        var ready = plan(pod, with(ended("one", 0), ended("two", 0)));
        assertThat(ready.init()).isEmpty();
        assertThat(names(ready.start())).containsExactly("main");
    }

    @Test
    void failedInitContainerEndsAPodThatNeverRestarts() {
        var pod = withInit("Never", TestPods.container("one", ""));
        assertThat(plan(pod, with(ended("one", 1))).killPod()).isTrue();
    }

    @Test
    void lastInitContainerIsEnoughToKnowThePlace() {
        var pod = withInit("Always", TestPods.container("one", ""), TestPods.container("two", ""));
        assertThat(names(plan(pod, with(ended("two", 0))).start())).containsExactly("main");
    }

    @Test
    void sidecarRunsOnAndIsRestarted() {
        var pod = withInit("Always", sidecar("side"), TestPods.container("two", ""));
        assertThat(names(plan(pod, with(running("side"))).init())).containsExactly("two");
        var plan = plan(pod, with(ended("side", 0), ended("two", 0), running("main")));
        assertThat(names(plan.init())).containsExactly("side");
        assertThat(plan.start()).isEmpty();
    }

    @Test
    void sidecarWithAStartupProbeHoldsBackTheNext() {
        var side = sidecar("side");
        side.setStartupProbe(new io.fabric8.kubernetes.api.model.Probe());
        var pod = withInit("Always", side);
        assertThat(plan(pod, with(running("side"))).isNothing()).isTrue();
    }

    @Test
    void sidecarDoesNotKeepAPodAliveWhoseWorkIsDone() {
        var pod = withInit("Never", sidecar("side"));
        var plan = plan(pod, with(running("side"), ended("main", 0)));
        assertThat(plan.killPod()).isTrue();
        assertThat(plan.init()).isEmpty();
    }

    @Test
    void failedLivenessProbeKillsAndRestarts() {
        var failing =
                new ProbeState() {
                    @Override
                    public Result liveness(String id) {
                        return Result.FAILURE;
                    }

                    @Override
                    public Result startup(String id) {
                        return Result.UNKNOWN;
                    }

                    @Override
                    public Result readiness(String id) {
                        return Result.UNKNOWN;
                    }
                };
        var plan =
                PodSync.plan(
                        TestPods.pod("p", "Always", "true"),
                        with(running("main")),
                        failing,
                        Allocation.of(TestPods.pod("p", "Always", "true")));
        assertThat(plan.kills())
                .containsExactly(
                        new PodSync.Kill(
                                "id-main",
                                "main",
                                "Container main failed liveness probe, will be restarted"));
        assertThat(names(plan.start())).containsExactly("main");
    }

    @Test
    void changedImageRestartsTheContainer() {
        var old =
                running("main").toBuilder()
                        .putAllAnnotations(Map.of(PodSync.ANNOTATION_HASH, "old"))
                        .build();
        var plan = plan(TestPods.pod("p", "Always", "true"), with(old));
        assertThat(plan.kills().getFirst().message())
                .isEqualTo("Container main definition changed, will be restarted");
    }

    @Test
    void podBeingDeletedRestartsNothing() {
        var pod =
                new PodBuilder(TestPods.pod("p", "Always", "true"))
                        .editMetadata()
                        .withDeletionTimestamp("2026-01-01T00:00:00Z")
                        .endMetadata()
                        .build();
        assertThat(plan(pod, with(ended("main", 1))).start()).isEmpty();
    }
}
