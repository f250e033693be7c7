package io.j8s.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.runtime.TestImages;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;

@Tag("runtime")
@Timeout(300)
class NodeAgentTest {

    private static RunningAgent agent;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        agent = new RunningAgent(directory, 21);
    }

    @AfterAll
    static void stop() throws Exception {
        agent.close();
    }

    private static Pod pod(String name, String restartPolicy, String script) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-1")
                .withRestartPolicy(restartPolicy)
                .withTerminationGracePeriodSeconds(5L)
                .withContainers(
                        new ContainerBuilder()
                                .withName("main")
                                .withImage(TestImages.BUSYBOX)
                                .withImagePullPolicy("IfNotPresent")
                                .withCommand("sh", "-c", script)
                                .build())
                .endSpec()
                .build();
    }

    @Test
    void runsAPodAndShowsItsLogsAndEndsItGracefully() throws Exception {
        var pod =
                agent.cluster.submit(
                        pod(
                                "simple",
                                "Always",
                                "echo hello from $HOSTNAME; trap 'echo bye; exit 0' TERM; while"
                                        + " true; do sleep 0.1; done"));
        var running = agent.awaitPhase(pod, "Running");
        assertThat(running.getStatus().getPodIP()).startsWith("10.199.21.");
        assertThat(running.getStatus().getHostIP()).isEqualTo("127.0.0.1");
        assertThat(running.getStatus().getQosClass()).isEqualTo("BestEffort");
        var status = running.getStatus().getContainerStatuses().getFirst();
        assertThat(status.getReady()).isTrue();
        assertThat(status.getContainerID()).startsWith("containerd://");
        agent.await(
                pod,
                "readiness",
                current ->
                        current.getStatus().getConditions().stream()
                                .anyMatch(condition ->
                                        condition.getType().equals("Ready")
                                                && condition.getStatus().equals("True")));
        agent.awaitLog("simple/main", "hello from simple\n");
        assertThat(agent.get("/containerLogs/default/simple/main?tailLines=1&timestamps=true"))
                .matches("20\\S+Z hello from simple\n");
        agent.awaitEvent(pod, "Created: Container created");
        agent.awaitEvent(pod, "Started: Container started");
        agent.cluster.delete(pod, 5);
        agent.awaitGone(pod);
    }

    @Test
    void endedPodSucceedsOrFailsByItsExitCode() throws Exception {
        var good = agent.cluster.submit(pod("good", "Never", "echo done"));
        var bad =
                agent.cluster.submit(
                        pod("bad", "Never", "echo broken > /dev/termination-log; exit 3"));
        agent.awaitPhase(good, "Succeeded");
        var failed = agent.awaitPhase(bad, "Failed");
        var ended = failed.getStatus().getContainerStatuses().getFirst().getState().getTerminated();
        assertThat(ended.getExitCode()).isEqualTo(3);
        assertThat(ended.getReason()).isEqualTo("Error");
        assertThat(ended.getMessage()).isEqualTo("broken\n");
        assertThat(agent.get("/containerLogs/default/good/main")).isEqualTo("done\n");
        agent.cluster.delete(good, 0);
        agent.cluster.delete(bad, 0);
        agent.awaitGone(good);
        agent.awaitGone(bad);
    }

    @Test
    void crashingContainerBacksOff() throws Exception {
        var pod = agent.cluster.submit(pod("crash", "Always", "exit 1"));
        var waiting =
                agent.await(
                        pod,
                        "CrashLoopBackOff",
                        current ->
                                current.getStatus() != null
                                        && current.getStatus().getContainerStatuses().stream()
                                                .anyMatch(status ->
                                                        status.getState().getWaiting() != null
                                                                && "CrashLoopBackOff"
                                                                        .equals(
                                                                                status.getState()
                                                                                        .getWaiting()
                                                                                        .getReason())));
        var status = waiting.getStatus().getContainerStatuses().getFirst();
        assertThat(status.getRestartCount()).isEqualTo(1);
        assertThat(status.getLastState().getTerminated().getExitCode()).isEqualTo(1);
        assertThat(status.getState().getWaiting().getMessage())
                .matches("back-off 10s restarting failed container=main pod=crash_default\\(.*\\)");
        agent.cluster.delete(pod, 0);
        agent.awaitGone(pod);
    }

    @Test
    void missingImageIsToldAndBacksOff() throws Exception {
        var pod =
                new PodBuilder(pod("noimage", "Always", "true"))
                        .editSpec()
                        .editFirstContainer()
                        .withImage("localhost/nothing:1")
                        .withImagePullPolicy("Never")
                        .endContainer()
                        .endSpec()
                        .build();
        var stored = agent.cluster.submit(pod);
        var waiting =
                agent.await(
                        stored,
                        "ErrImageNeverPull",
                        current ->
                                current.getStatus() != null
                                        && current.getStatus().getContainerStatuses().stream()
                                                .anyMatch(status ->
                                                        status.getState().getWaiting() != null
                                                                && "ErrImageNeverPull"
                                                                        .equals(
                                                                                status.getState()
                                                                                        .getWaiting()
                                                                                        .getReason())));
        assertThat(waiting.getStatus().getPhase()).isEqualTo("Pending");
        agent.cluster.delete(stored, 0);
        agent.awaitGone(stored);
    }

    @Test
    void configMapReachesVariablesAndFiles() throws Exception {
        agent.cluster.configMaps.put(
                new ObjectKey("default", "settings"),
                new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("settings")
                        .endMetadata()
                        .withData(Map.of("color", "blue"))
                        .build());
        var pod =
                new PodBuilder(
                                pod(
                                        "config",
                                        "Never",
                                        "echo $COLOR; cat /config/color; echo; cat /part; echo; id"
                                            + " -g; ls -ln /data | head -1; touch /data/x; stat -c"
                                            + " %g /data/x; echo \"$MIX\""))
                        .editSpec()
                        .withNewSecurityContext()
                        .withFsGroup(4242L)
                        .endSecurityContext()
                        .addNewVolume()
                        .withName("config")
                        .withNewConfigMap()
                        .withName("settings")
                        .endConfigMap()
                        .endVolume()
                        .addNewVolume()
                        .withName("data")
                        .withNewEmptyDir()
                        .withMedium("Memory")
                        .endEmptyDir()
                        .endVolume()
                        .editFirstContainer()
                        .addNewVolumeMount()
                        .withName("config")
                        .withMountPath("/config")
                        .endVolumeMount()
                        .addNewVolumeMount()
                        .withName("config")
                        .withMountPath("/part")
                        .withSubPath("color")
                        .endVolumeMount()
                        .addNewVolumeMount()
                        .withName("data")
                        .withMountPath("/data")
                        .endVolumeMount()
                        .addNewEnv()
                        .withName("COLOR")
                        .withNewValueFrom()
                        .withNewConfigMapKeyRef("color", "settings", false)
                        .endValueFrom()
                        .endEnv()
                        .addNewEnv()
                        .withName("MIX")
                        .withValue("$(COLOR)-$(UNKNOWN)-$$(COLOR)")
                        .endEnv()
                        .endContainer()
                        .endSpec()
                        .build();
        var stored = agent.cluster.submit(pod);
        agent.awaitPhase(stored, "Succeeded");
        assertThat(agent.get("/containerLogs/default/config/main"))
                .isEqualTo("blue\nblue\nblue\n0\ntotal 0\n4242\nblue-$(UNKNOWN)-$(COLOR)\n");
        agent.cluster.delete(stored, 0);
        agent.awaitGone(stored);
    }

    @Test
    void containersOutliveARestartOfTheAgent() throws Exception {
        var pod = agent.cluster.submit(pod("stays", "Always", "sleep 1000"));
        var before = agent.awaitPhase(pod, "Running");
        agent.restartAgent();
        agent.timers.sleep(java.time.Duration.ofSeconds(2));
        var after = agent.awaitPhase(pod, "Running");
        assertThat(after.getStatus().getContainerStatuses().getFirst().getContainerID())
                .isEqualTo(before.getStatus().getContainerStatuses().getFirst().getContainerID());
        assertThat(after.getStatus().getContainerStatuses().getFirst().getRestartCount()).isZero();
        agent.cluster.delete(pod, 1);
        agent.awaitGone(pod);
    }

    @Test
    void podsOutliveTheDeathOfTheRuntime() throws Exception {
        var pod = agent.cluster.submit(pod("survivor", "Always", "echo once; sleep 1000"));
        var before = agent.awaitPhase(pod, "Running");
        agent.killRuntime();
        var second = agent.cluster.submit(pod("later", "Never", "true"));
        agent.awaitPhase(second, "Succeeded");
        var after = agent.awaitPhase(pod, "Running");
        assertThat(after.getStatus().getContainerStatuses().getFirst().getContainerID())
                .isEqualTo(before.getStatus().getContainerStatuses().getFirst().getContainerID());
        agent.awaitLog("survivor/main", "once\n");
        agent.cluster.delete(pod, 1);
        agent.cluster.delete(second, 1);
        agent.awaitGone(pod);
        agent.awaitGone(second);
    }

    @Test
    void changedConfigMapReachesTheVolume() throws Exception {
        var key = new ObjectKey("default", "live");
        var map =
                new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("live")
                        .endMetadata()
                        .withData(Map.of("k", "old"))
                        .build();
        agent.cluster.configMaps.put(key, map);
        var pod =
                new PodBuilder(
                                pod(
                                        "live",
                                        "Never",
                                        "while ! grep -q new /c/k; do sleep 0.1; done; cat /c/k"))
                        .editSpec()
                        .addNewVolume()
                        .withName("c")
                        .withNewConfigMap()
                        .withName("live")
                        .endConfigMap()
                        .endVolume()
                        .editFirstContainer()
                        .addNewVolumeMount()
                        .withName("c")
                        .withMountPath("/c")
                        .endVolumeMount()
                        .endContainer()
                        .endSpec()
                        .build();
        var stored = agent.cluster.submit(pod);
        agent.awaitPhase(stored, "Running");
        agent.cluster.configMaps.put(
                key, new ConfigMapBuilder(map).withData(Map.of("k", "new")).build());
        agent.restartAgent(); // looks at once instead of at the next minute
        agent.awaitPhase(stored, "Succeeded");
        agent.cluster.delete(stored, 0);
        agent.awaitGone(stored);
    }
}
