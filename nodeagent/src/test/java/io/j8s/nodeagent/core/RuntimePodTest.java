package io.j8s.nodeagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.cri.v1.PodSandboxStatus;

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
}
