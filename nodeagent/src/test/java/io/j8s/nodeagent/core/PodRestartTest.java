package io.j8s.nodeagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
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

class PodRestartTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private static Container ruled(String name, String action, int... exitCodes) {
        return new ContainerBuilder(TestPods.container(name, ""))
                .withRestartPolicy("Never")
                .addNewRestartPolicyRule()
                .withAction(action)
                .withNewExitCodes()
                .withOperator("In")
                .withValues(java.util.Arrays.stream(exitCodes).boxed().toList())
                .endExitCodes()
                .endRestartPolicyRule()
                .build();
    }

    private static Pod pod(Container... containers) {
        return new PodBuilder(TestPods.pod("p", "Never", containers))
                .editSpec()
                .withInitContainers(TestPods.container("init", ""))
                .endSpec()
                .build();
    }

    private static PodStatus status(Pod pod, RuntimePod actual) {
        return PodStatuses.of(
                new PodStatuses.Input(
                        pod,
                        actual,
                        new StartFailures(),
                        ProbeState.NONE,
                        List.of(),
                        Allocation.of(pod),
                        null,
                        false,
                        List.of("192.0.2.1"),
                        "containerd",
                        NOW));
    }

    private static Pod with(Pod pod, PodStatus status) {
        return new PodBuilder(pod).withStatus(status).build();
    }

    private static PodCondition condition(PodStatus status, String type) {
        return status.getConditions().stream()
                .filter(found -> found.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "Restart,42,true,Running",
        "Restart,1,false,Failed",
        "RestartAllContainers,42,true,Running",
        "RestartAllContainers,1,false,Failed"
    })
    void ruleOfTheExitCodeComesBeforeThePolicy(
            String action, int exitCode, boolean isRestarted, String phase) {
        var container = ruled("main", action, 42, 43);
        var pod = TestPods.pod("p", "Never", container);
        assertThat(Restarts.isDueAfter(pod, container, exitCode)).isEqualTo(isRestarted);
        assertThat(Restarts.isDueOnFailure(pod, container))
                .as("after a failed probe only the policy counts")
                .isFalse();
        assertThat(status(pod, PodSyncTest.with(PodSyncTest.ended("main", exitCode))).getPhase())
                .isEqualTo(phase);
    }

    @Test
    void firstRuleThatFitsDecides() {
        var container =
                new ContainerBuilder(ruled("main", "Unknown", 42))
                        .addNewRestartPolicyRule()
                        .withAction("Restart")
                        .withNewExitCodes()
                        .withOperator("NotIn")
                        .withValues(7)
                        .endExitCodes()
                        .endRestartPolicyRule()
                        .build();
        var pod = TestPods.pod("p", "Never", container);
        assertThat(Restarts.isDueAfter(pod, container, 42)).isFalse();
        assertThat(Restarts.isDueAfter(pod, container, 41)).isTrue();
        assertThat(Restarts.isDueAfter(pod, container, 7)).isFalse();
    }

    /// Step by step as the agent goes: told, removed, begun anew, over.
    @Test
    void wholePodBeginsAnew() {
        var pod = pod(TestPods.container("other", ""), ruled("main", "RestartAllContainers", 42));
        var before =
                PodSyncTest.with(
                        PodSyncTest.ended("init", 0),
                        PodSyncTest.running("other"),
                        PodSyncTest.running("main"));
        var running = status(pod, before);
        assertThat(condition(running, "AllContainersRestarting").getStatus()).isEqualTo("False");

        var exited =
                PodSyncTest.with(
                        PodSyncTest.ended("init", 0),
                        PodSyncTest.running("other"),
                        PodSyncTest.ended("main", 42));
        var told = status(with(pod, running), exited);
        assertThat(told.getPhase()).isEqualTo("Running");
        var restarting = condition(told, "AllContainersRestarting");
        assertThat(restarting.getStatus()).isEqualTo("True");
        assertThat(restarting.getReason()).isEqualTo("RestartAllContainersStarted");
        assertThat(restarting.getMessage()).isEqualTo("container exited with restart policy rule");
        assertThat(PodRestart.isUnderWay(with(pod, told))).isTrue();
        assertThat(PodRestart.removals(pod, exited))
                .containsExactly(
                        new PodRestart.Removal("id-other", "other", true),
                        new PodRestart.Removal("id-init", "init", false),
                        new PodRestart.Removal("id-main", "main", false));

        var removed = status(with(pod, told), PodSyncTest.with());
        assertThat(removed.getPhase()).isEqualTo("Running");
        assertThat(condition(removed, "AllContainersRestarting").getStatus()).isEqualTo("False");
        assertThat(condition(removed, "Initialized").getStatus()).isEqualTo("True");
        for (var container : removed.getContainerStatuses()) {
            assertThat(container.getRestartCount()).isEqualTo(1);
            assertThat(container.getState().getWaiting().getReason())
                    .isEqualTo("RestartingAllContainers");
            var last = container.getLastState().getTerminated();
            assertThat(last.getReason()).isEqualTo("RestartingAllContainers");
            assertThat(last.getExitCode()).isEqualTo(137);
            assertThat(last.getMessage())
                    .isEqualTo("The container is removed because RestartAllContainers in place");
        }
        assertThat(
                        PodSync.plan(
                                        with(pod, removed),
                                        PodSyncTest.with(),
                                        ProbeState.NONE,
                                        Allocation.of(pod))
                                .init())
                .extracting(Container::getName)
                .containsExactly("init");
    }

    @Test
    void podWithoutSuchARuleHasNoSuchCondition() {
        var pod = TestPods.pod("p", "Always", "true");
        assertThat(status(pod, PodSyncTest.with(PodSyncTest.running("main"))).getConditions())
                .extracting(PodCondition::getType)
                .containsExactly(
                        "PodReadyToStartContainers",
                        "Initialized",
                        "Ready",
                        "ContainersReady",
                        "PodScheduled");
    }

    @Test
    void sandboxThatIsMissingIsTold() {
        var condition =
                condition(
                        status(TestPods.pod("p", "Always", "true"), RuntimePod.none("u")),
                        "PodReadyToStartContainers");
        assertThat(condition.getReason()).isEqualTo("PodSandboxNotReady");
        assertThat(condition.getMessage()).isEqualTo("no pod sandbox exists");
    }

    @Test
    void rejectedPodSaysOnlyWhy() {
        var pod = TestPods.pod("p", "Always", "true");
        var status =
                PodStatuses.of(
                        new PodStatuses.Input(
                                pod,
                                RuntimePod.none("u"),
                                new StartFailures(),
                                ProbeState.NONE,
                                List.of(),
                                Allocation.of(pod),
                                new PodStatuses.Verdict("OutOfcpu", "no room").asRejection(),
                                true,
                                List.of("192.0.2.1"),
                                "containerd",
                                NOW));
        assertThat(status.getPhase()).isEqualTo("Failed");
        assertThat(status.getReason()).isEqualTo("OutOfcpu");
        assertThat(status.getMessage()).isEqualTo("Pod was rejected: no room");
        assertThat(status.getContainerStatuses()).isEmpty();
        assertThat(status.getConditions()).isEmpty();
        assertThat(status.getHostIP()).isNull();
    }
}
