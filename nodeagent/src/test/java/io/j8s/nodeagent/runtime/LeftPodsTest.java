package io.j8s.nodeagent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What containerd's files tell of processes.
class LeftPodsTest {

    @TempDir Path state;

    @Test
    void nothingRunsWhereNoRuntimeWas() {
        assertThat(LeftPods.runBelow(state.resolve("none"))).isFalse();
    }

    @Test
    void processesThatHaveEndedAreNoPods() throws IOException {
        task("a", "0\n");
        task("b", "");
        assertThat(LeftPods.runBelow(state)).isFalse();
    }

    @Test
    void oneThatLivesIsEnough() throws IOException {
        task("a", "");
        task("b", String.valueOf(ProcessHandle.current().pid()));
        assertThat(LeftPods.runBelow(state)).isTrue();
    }

    private void task(String id, String pid) throws IOException {
        var bundle = state.resolve("io.containerd.runtime.v2.task/k8s.io").resolve(id);
        Files.writeString(Files.createDirectories(bundle).resolve("init.pid"), pid);
    }
}
