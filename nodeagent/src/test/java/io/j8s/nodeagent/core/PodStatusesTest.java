package io.j8s.nodeagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.j8s.nodeagent.TestPods;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;
import java.util.List;

class PodStatusesTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private static PodStatus status(Pod pod, RuntimePod actual, StartFailures failures) {
        return PodStatuses.of(
                new PodStatuses.Input(
                        pod,
                        actual,
                        failures,
                        ProbeState.NONE,
                        List.of(),
                        Allocation.of(pod),
                        null,
                        false,
                        List.of("192.0.2.1"),
                        "containerd",
                        NOW));
    }

    private static PodStatus stopped(Pod pod, RuntimePod actual) {
        return PodStatuses.of(
                new PodStatuses.Input(
                        pod,
                        actual,
                        new StartFailures(),
                        ProbeState.NONE,
                        List.of(),
                        Allocation.of(pod),
                        null,
                        true,
                        List.of("192.0.2.1"),
                        "containerd",
                        NOW));
    }

    private static PodStatus status(Pod pod, RuntimePod actual) {
        return status(pod, actual, new StartFailures());
    }

    private static PodCondition condition(PodStatus status, String type) {
        return status.getConditions().stream()
                .filter(found -> found.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "Always,0,Running",
        "Always,1,Running",
        "OnFailure,0,Succeeded",
        "OnFailure,1,Running",
        "Never,0,Succeeded",
        "Never,1,Failed"
    })
    void phaseOfAnEndedContainer(String policy, int exitCode, String phase) {
        var status =
                status(
                        TestPods.pod("p", policy, "true"),
                        PodSyncTest.with(PodSyncTest.ended("main", exitCode)));
        assertThat(status.getPhase()).isEqualTo(phase);
    }

    @Test
    void newPodIsPendingAndCreating() {
        var status = status(TestPods.pod("p", "Always", "true"), RuntimePod.none("u"));
        assertThat(status.getPhase()).isEqualTo("Pending");
        assertThat(status.getContainerStatuses().getFirst().getState().getWaiting().getReason())
                .isEqualTo("ContainerCreating");
        assertThat(condition(status, "Ready").getMessage())
                .isEqualTo("containers with unready status: [main]");
        assertThat(condition(status, "PodReadyToStartContainers").getStatus()).isEqualTo("False");
        assertThat(status.getStartTime()).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(status.getHostIP()).isEqualTo("192.0.2.1");
    }

    @Test
    void runningPodIsReadyWithItsAddress() {
        var status =
                status(
                        TestPods.pod("p", "Always", "true"),
                        PodSyncTest.with(PodSyncTest.running("main")));
        assertThat(status.getPhase()).isEqualTo("Running");
        assertThat(status.getPodIP()).isEqualTo("10.0.0.1");
        assertThat(condition(status, "Ready").getStatus()).isEqualTo("True");
        var container = status.getContainerStatuses().getFirst();
        assertThat(container.getReady()).isTrue();
        assertThat(container.getStarted()).isTrue();
        assertThat(container.getContainerID()).isEqualTo("containerd://id-main");
    }

    @Test
    void containerThatWaitsToRestartKeepsItsLastEnd() {
        var failures = new StartFailures();
        failures.put("main", new StartFailures.Failure("CrashLoopBackOff", "back-off 10s"));
        var status =
                status(
                        TestPods.pod("p", "Always", "true"),
                        PodSyncTest.with(PodSyncTest.ended("main", 7)),
                        failures);
        var container = status.getContainerStatuses().getFirst();
        assertThat(container.getState().getWaiting().getReason()).isEqualTo("CrashLoopBackOff");
        assertThat(container.getLastState().getTerminated().getExitCode()).isEqualTo(7);
        assertThat(status.getPhase()).isEqualTo("Running");
    }

    @Test
    void succeededPodIsCompletedNotReady() {
        var status =
                status(
                        TestPods.pod("p", "Never", "true"),
                        PodSyncTest.with(PodSyncTest.ended("main", 0)));
        assertThat(condition(status, "Ready").getReason()).isEqualTo("PodCompleted");
        assertThat(condition(status, "Initialized").getStatus()).isEqualTo("True");
    }

    @Test
    void readinessGateHoldsThePodBack() {
        var pod =
                new PodBuilder(TestPods.pod("p", "Always", "true"))
                        .editSpec()
                        .addNewReadinessGate("example.com/gate")
                        .endSpec()
                        .build();
        var status = status(pod, PodSyncTest.with(PodSyncTest.running("main")));
        assertThat(condition(status, "ContainersReady").getStatus()).isEqualTo("True");
        assertThat(condition(status, "Ready").getReason()).isEqualTo("ReadinessGatesNotReady");
        assertThat(condition(status, "Ready").getMessage())
                .isEqualTo(
                        "corresponding condition of pod readiness gate \"example.com/gate\" does"
                                + " not exist.");
    }

    @Test
    void conditionKeepsItsTimeWhileItDoesNotChange() {
        var pod = TestPods.pod("p", "Always", "true");
        var first = status(pod, PodSyncTest.with(PodSyncTest.running("main")));
        condition(first, "Ready").setLastTransitionTime("2020-01-01T00:00:00Z");
        var again =
                status(
                        new PodBuilder(pod).withStatus(first).build(),
                        PodSyncTest.with(PodSyncTest.running("main")));
        assertThat(condition(again, "Ready").getLastTransitionTime())
                .isEqualTo("2020-01-01T00:00:00Z");
    }

    @Test
    void lostContainerOfADeletedPodIsUnknown() {
        var pod = TestPods.pod("p", "Always", "true");
        var before = status(pod, PodSyncTest.with(PodSyncTest.running("main")));
        var deleted =
                new PodBuilder(pod)
                        .editMetadata()
                        .withDeletionTimestamp("2026-01-01T00:00:00Z")
                        .endMetadata()
                        .withStatus(before)
                        .build();
        var ended =
                status(deleted, RuntimePod.none("u"))
                        .getContainerStatuses()
                        .getFirst()
                        .getLastState()
                        .getTerminated();
        assertThat(ended.getReason()).isEqualTo("ContainerStatusUnknown");
        assertThat(ended.getExitCode()).isEqualTo(137);
    }

    // conformance: "should not start app containers and fail the pod if init containers fail on a
    // RestartNever pod"
    @Test
    void containersBehindAFailedInitContainerStayWaiting() {
        var pod =
                PodSyncTest.withInit(
                        "Never",
                        new ContainerBuilder().withName("first").build(),
                        new ContainerBuilder().withName("fails").build(),
                        new ContainerBuilder().withName("third").build());
        var status =
                stopped(
                        pod,
                        PodSyncTest.with(
                                PodSyncTest.ended("first", 0), PodSyncTest.ended("fails", 1)));
        assertThat(status.getPhase()).isEqualTo("Failed");
        assertThat(status.getContainerStatuses().getFirst().getState().getWaiting().getReason())
                .isEqualTo("PodInitializing");
        assertThat(status.getInitContainerStatuses())
                .extracting(init -> init.getState().getTerminated() != null)
                .containsExactly(true, true, false);
        var initialized = condition(status, "Initialized");
        assertThat(initialized.getStatus()).isEqualTo("False");
        assertThat(initialized.getReason()).isEqualTo("ContainersNotInitialized");
        assertThat(initialized.getMessage())
                .isEqualTo("containers with incomplete status: [fails third]");
    }

    @Test
    void containersOfAStoppedPodThatWasInitializedAreEnded() {
        var pod = PodSyncTest.withInit("Never", new ContainerBuilder().withName("first").build());
        var status = stopped(pod, PodSyncTest.with(PodSyncTest.ended("first", 0)));
        assertThat(status.getContainerStatuses().getFirst().getState().getTerminated().getReason())
                .isEqualTo("ContainerStatusUnknown");
    }
}
