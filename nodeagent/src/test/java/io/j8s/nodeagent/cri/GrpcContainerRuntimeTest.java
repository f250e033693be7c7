package io.j8s.nodeagent.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.cri.v1.ContainerConfig;
import io.j8s.cri.v1.ContainerFilter;
import io.j8s.cri.v1.ContainerMetadata;
import io.j8s.cri.v1.ContainerState;
import io.j8s.cri.v1.ImageSpec;
import io.j8s.cri.v1.LinuxContainerConfig;
import io.j8s.cri.v1.LinuxContainerSecurityContext;
import io.j8s.cri.v1.LinuxPodSandboxConfig;
import io.j8s.cri.v1.LinuxSandboxSecurityContext;
import io.j8s.cri.v1.NamespaceMode;
import io.j8s.cri.v1.NamespaceOption;
import io.j8s.cri.v1.PodSandboxConfig;
import io.j8s.cri.v1.PodSandboxFilter;
import io.j8s.cri.v1.PodSandboxMetadata;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.nodeagent.runtime.ContainerRuntimeProcess;
import io.j8s.nodeagent.runtime.HostSettings;
import io.j8s.nodeagent.runtime.NodePaths;
import io.j8s.nodeagent.runtime.Teardown;
import io.j8s.nodeagent.runtime.TestImages;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// What containerd 1.6 does when it is left alone in the middle of something.
@Tag("runtime")
@Timeout(120)
class GrpcContainerRuntimeTest {

    private static final SystemTimers timers = new SystemTimers();
    private static final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private static NodePaths paths;
    private static ContainerRuntimeProcess process;
    private static ContainerRuntime runtime;
    private static int sandboxes;
    private PodSandboxConfig sandbox;
    private String sandboxId;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        paths = NodePaths.of(directory);
        HostSettings.apply(false);
        process = new ContainerRuntimeProcess(paths, timers);
        process.start(threads);
        runtime = process.runtime();
        TestImages.loadBusybox(paths.socket(), directory);
    }

    @BeforeEach
    void runSandbox() throws Exception {
        var name = "sandbox-" + sandboxes++;
        sandbox =
                PodSandboxConfig.newBuilder()
                        .setMetadata(
                                PodSandboxMetadata.newBuilder()
                                        .setName(name)
                                        .setNamespace("default")
                                        .setUid(name))
                        .setLogDirectory(paths.podLogs().resolve(name).toString())
                        .setLinux(
                                LinuxPodSandboxConfig.newBuilder()
                                        .setCgroupParent(
                                                paths.cgroupParent() + "/kubepods/pod" + name)
                                        .setSecurityContext(
                                                LinuxSandboxSecurityContext.newBuilder()
                                                        .setNamespaceOptions(onHostNetwork())))
                        .build();
        sandboxId = runtime.runPodSandbox(sandbox, "");
    }

    @AfterEach
    void removeSandbox() throws Exception {
        for (var left : runtime.listPodSandboxes(PodSandboxFilter.getDefaultInstance())) {
            runtime.stopPodSandbox(left.getId());
            runtime.removePodSandbox(left.getId());
        }
    }

    @AfterAll
    static void stop() throws Exception {
        process.close();
        threads.close();
        assertThat(new Teardown(paths, timers).run()).isEmpty();
        timers.close();
    }

    @Test
    void interruptedStartIsEitherNotBegunOrWaitedFor() throws Exception {
        for (int i = 0; i < 10; i++) {
            var id = createContainer("c" + i);
            var wait = Duration.ofMillis(8L * i);
            var call =
                    threads.submit(() -> {
                        runtime.startContainer(id);
                        return Thread.interrupted();
                    });
            timers.sleep(wait);
            call.cancel(true);
            assertThat(settled(id))
                    .as("interrupted after " + wait)
                    .isIn(ContainerState.CONTAINER_RUNNING, ContainerState.CONTAINER_CREATED);
        }
    }

    @Test
    void interruptedThreadBeginsNothing() throws Exception {
        var id = createContainer("c");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> runtime.startContainer(id))
                .isInstanceOf(CriException.class)
                .hasMessage("rpc error: code = Canceled desc = context canceled");
        assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        assertThat(runtime.containerStatus(id).getState())
                .isEqualTo(ContainerState.CONTAINER_CREATED);
    }

    /// Such a task is what a start leaves whose caller hung up.
    @Test
    void sandboxIsRemovedWithTheTaskOfAContainerThatTheRuntimeTakesForNotStarted()
            throws Exception {
        startBehindItsBack(createContainer("c"));
        runtime.stopPodSandbox(sandboxId);
        runtime.removePodSandbox(sandboxId);
        assertThat(runtime.listPodSandboxes(PodSandboxFilter.getDefaultInstance())).isEmpty();
        assertThat(runtime.listContainers(ContainerFilter.getDefaultInstance())).isEmpty();
    }

    @Test
    void containerIsRemovedWithSuchATask() throws Exception {
        var id = createContainer("c");
        startBehindItsBack(id);
        runtime.removeContainer(id);
        assertThat(runtime.listContainers(ContainerFilter.getDefaultInstance())).isEmpty();
    }

    /// The state of a container that is not being started any more.
    private ContainerState settled(String id) throws Exception {
        var last = runtime.containerStatus(id).getState();
        for (int same = 0; same < 5; ) {
            timers.sleep(Duration.ofMillis(50));
            var now = runtime.containerStatus(id).getState();
            same = now == last ? same + 1 : 0;
            last = now;
        }
        return last;
    }

    private void startBehindItsBack(String id) throws Exception {
        var ctr =
                new ProcessBuilder(
                                "ctr",
                                "--address",
                                paths.socket().toString(),
                                "--namespace",
                                "k8s.io",
                                "task",
                                "start",
                                "--detach",
                                id)
                        .redirectErrorStream(true)
                        .start();
        var printed = new String(ctr.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(ctr.waitFor()).as(printed).isZero();
    }

    private String createContainer(String name) throws CriException {
        return runtime.createContainer(
                sandboxId,
                ContainerConfig.newBuilder()
                        .setMetadata(ContainerMetadata.newBuilder().setName(name))
                        .setImage(ImageSpec.newBuilder().setImage(TestImages.BUSYBOX))
                        .addCommand("sleep")
                        .addArgs("1000")
                        .setLogPath(name + ".log")
                        .setLinux(
                                LinuxContainerConfig.newBuilder()
                                        .setSecurityContext(
                                                LinuxContainerSecurityContext.newBuilder()
                                                        .setNamespaceOptions(onHostNetwork())))
                        .build(),
                sandbox);
    }

    private static NamespaceOption onHostNetwork() {
        return NamespaceOption.newBuilder().setNetwork(NamespaceMode.NODE).build();
    }
}
