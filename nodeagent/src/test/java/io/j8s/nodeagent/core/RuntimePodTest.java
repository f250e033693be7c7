package io.j8s.nodeagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.cri.v1.PodSandboxStatus;
import io.j8s.nodeagent.TestPods;

import org.junit.jupiter.api.Test;

import java.util.List;

class RuntimePodTest {

    private static RuntimePod with(PodSandboxStatus... sandboxes) {
        return new RuntimePod("u", List.of(sandboxes), List.of());
    }

    private static PodSandboxStatus forgotten(int attempt) {
        return PodSyncTest.sandbox(attempt, false).toBuilder().clearNetwork().build();
    }

    @Test
    void stoppedSandboxKeepsTheAddressThatItHad() {
        var stopped = with(forgotten(0)).keepingAddresses(with(PodSyncTest.sandbox(0, true)));
        assertThat(stopped.sandbox().orElseThrow().getNetwork().getIp()).isEqualTo("10.0.0.1");
        assertThat(stopped.readySandbox()).isEmpty();
    }

    @Test
    void newSandboxHasNoAddressOfAnother() {
        var made = with(forgotten(1)).keepingAddresses(with(PodSyncTest.sandbox(0, true)));
        assertThat(made.sandbox().orElseThrow().getNetwork().getIp()).isEmpty();
    }

    @Test
    void runsAllOfAPodOnceEveryOrdinaryContainerRuns() {
        var pod = PodSyncTest.withInit("Always", TestPods.container("init", "true"));
        var before = PodSyncTest.with(PodSyncTest.running("init"));
        var after = PodSyncTest.with(PodSyncTest.ended("init", 0), PodSyncTest.running("main"));
        assertThat(before.runsAllOf(pod)).isFalse();
        assertThat(after.runsAllOf(pod)).isTrue();
    }

    @Test
    void runsNothingOfAPodWhoseContainerOrSandboxHasEnded() {
        var pod = TestPods.pod("p", "Always", "true");
        assertThat(PodSyncTest.with(PodSyncTest.ended("main", 1)).runsAllOf(pod)).isFalse();
        var inEnded =
                new RuntimePod(
                        "u",
                        List.of(PodSyncTest.sandbox(0, false)),
                        List.of(PodSyncTest.running("main")));
        assertThat(inEnded.runsAllOf(pod)).isFalse();
    }

    @Test
    void statesDifferWhenAnythingHasChangedItsState() {
        var running = PodSyncTest.with(PodSyncTest.running("main"));
        assertThat(running.states())
                .isEqualTo("{id-main=CONTAINER_RUNNING, s0=SANDBOX_READY}")
                .isNotEqualTo(PodSyncTest.with(PodSyncTest.ended("main", 0)).states());
        assertThat(RuntimePod.none("u").states()).isEqualTo("{}");
    }
}
