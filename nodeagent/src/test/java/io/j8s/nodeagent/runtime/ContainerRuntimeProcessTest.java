package io.j8s.nodeagent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.cri.v1.LinuxPodSandboxConfig;
import io.j8s.cri.v1.PodSandboxConfig;
import io.j8s.cri.v1.PodSandboxFilter;
import io.j8s.cri.v1.PodSandboxMetadata;
import io.j8s.cri.v1.PodSandboxState;
import io.j8s.machinery.timers.SystemTimers;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;

@Tag("runtime")
@Timeout(120)
class ContainerRuntimeProcessTest {

    @Test
    void sandboxOutlivesUsAndDownLeavesTheHostAsItWas(@TempDir Path directory) throws Exception {
        var paths = NodePaths.of(directory);
        var before = HostState.now();
        try (var timers = new SystemTimers();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                HostSettings.apply(false);
                String id;
                try (var process = new ContainerRuntimeProcess(paths, timers)) {
                    new PodNetwork(paths, List.of("10.199.7.0/24"), List.of("10.199.0.0/16"))
                            .apply();
                    process.start(threads);
                    id = process.runtime().runPodSandbox(sandbox(paths), "");
                    assertThat(process.runtime().podSandboxStatus(id).getNetwork().getIp())
                            .startsWith("10.199.7.");
                    assertThat(HostState.now().of(paths).links()).contains(paths.name());
                }
                // as after our restart
                try (var process = new ContainerRuntimeProcess(paths, timers)) {
                    process.start(threads);
                    assertThat(process.runtime().podSandboxStatus(id).getState())
                            .isEqualTo(PodSandboxState.SANDBOX_READY);
                    // as after kill -9 of containerd
                    ContainerRuntimeProcess.running(paths).orElseThrow().destroyForcibly();
                    awaitSandboxes(process, timers);
                }
            } finally {
                assertThat(new Teardown(paths, timers).run()).isEmpty();
                assertThat(new Teardown(paths, timers).run()).isEmpty();
            }
        }
        assertThat(HostState.now().of(paths)).isEqualTo(before.of(paths));
        assertThat(Files.exists(paths.run())).isFalse();
    }

    private static void awaitSandboxes(ContainerRuntimeProcess process, SystemTimers timers)
            throws Exception {
        var deadline = timers.deadline(Duration.ofSeconds(20));
        while (true) {
            try {
                timers.sleep(Duration.ofMillis(100));
                process.runtime().reconnect();
                assertThat(
                                process.runtime()
                                        .listPodSandboxes(PodSandboxFilter.getDefaultInstance()))
                        .hasSize(1);
                return;
            } catch (io.j8s.nodeagent.cri.CriException e) {
                assertThat(deadline.hasPassed()).describedAs(e.getMessage()).isFalse();
            }
        }
    }

    private static PodSandboxConfig sandbox(NodePaths paths) {
        return PodSandboxConfig.newBuilder()
                .setMetadata(
                        PodSandboxMetadata.newBuilder()
                                .setName("a")
                                .setNamespace("default")
                                .setUid("1234"))
                .setLogDirectory(paths.podLogs().resolve("a").toString())
                .setLinux(
                        LinuxPodSandboxConfig.newBuilder()
                                .setCgroupParent(paths.cgroupParent() + "/kubepods/pod1234"))
                .build();
    }
}
