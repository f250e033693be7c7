package io.j8s.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.j8s.nodeagent.runtime.HostCommand;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Each test has a pod of its own, and most only wait for it: they run beside one another.
@Tag("runtime")
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class PodBehaviourTest {

    private static RunningAgent agent;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        agent = new RunningAgent(directory, 23);
    }

    @AfterAll
    static void stop() throws Exception {
        var left = List.copyOf(agent.cluster.pods.values());
        for (var pod : left) {
            agent.cluster.delete(pod, 0);
        }
        for (var pod : left) {
            agent.awaitGone(pod);
        }
        agent.close();
    }

    private static ContainerStateTerminated end(Pod pod) {
        return pod.getStatus().getContainerStatuses().getFirst().getState().getTerminated();
    }

    private static String waiting(Pod pod) {
        if (pod.getStatus() == null || pod.getStatus().getContainerStatuses().isEmpty()) {
            return "";
        }
        var waiting = pod.getStatus().getContainerStatuses().getFirst().getState().getWaiting();
        return waiting == null ? "" : String.valueOf(waiting.getReason());
    }

    private static Container edited(
            String script, java.util.function.Consumer<ContainerBuilder> edit) {
        var builder = new ContainerBuilder(TestPods.container("main", script));
        edit.accept(builder);
        return builder.build();
    }

    @Test
    void containerOverItsMemoryIsOomKilled() throws Exception {
        var pod =
                agent.cluster.submit(
                        TestPods.pod(
                                "oom",
                                "Never",
                                edited(
                                        "x=a; while true; do x=$x$x; done",
                                        container ->
                                                container
                                                        .withNewResources()
                                                        .addToLimits("memory", new Quantity("16Mi"))
                                                        .endResources())));
        var failed = agent.awaitPhase(pod, "Failed");
        assertThat(end(failed).getReason()).isEqualTo("OOMKilled");
        assertThat(end(failed).getExitCode()).isEqualTo(137);
    }

    @Test
    void commandThatIsMissingIsAStartError() throws Exception {
        var pod =
                agent.cluster.submit(
                        TestPods.pod(
                                "nocommand",
                                "Never",
                                edited("", container -> container.withCommand("/no/such/file"))));
        var failed = agent.awaitPhase(pod, "Failed");
        assertThat(end(failed).getReason()).isEqualTo("StartError");
        assertThat(end(failed).getExitCode()).isEqualTo(128);
        agent.awaitEvent(pod, "the error", event -> event.startsWith("Failed: Error: "));
    }

    @Test
    void initContainersAndSidecarsRunInOrder() throws Exception {
        var side =
                TestPods.container(
                        "side", "echo side > /shared/side; trap 'exit 0' TERM; sleep 1000 & wait");
        side.setRestartPolicy("Always");
        var init =
                TestPods.container("init", "sleep 0.2; cat /shared/side; echo init > /shared/init");
        var main = TestPods.container("main", "cat /shared/init");
        for (var container : List.of(side, init, main)) {
            container.setVolumeMounts(
                    List.of(
                            new io.fabric8.kubernetes.api.model.VolumeMountBuilder()
                                    .withName("shared")
                                    .withMountPath("/shared")
                                    .build()));
        }
        var pod =
                agent.cluster.submit(
                        new PodBuilder(TestPods.pod("order", "Never", main))
                                .editSpec()
                                .withInitContainers(side, init)
                                .addNewVolume()
                                .withName("shared")
                                .withNewEmptyDir()
                                .endEmptyDir()
                                .endVolume()
                                .endSpec()
                                .build());
        agent.awaitPhase(pod, "Succeeded");
        assertThat(agent.get("/containerLogs/default/order/init")).isEqualTo("side\n");
        assertThat(agent.get("/containerLogs/default/order/main")).isEqualTo("init\n");
        // the pod's work is done a moment before its sidecar has ended
        agent.await(
                pod,
                "the sidecar has ended",
                current ->
                        current.getStatus()
                                        .getInitContainerStatuses()
                                        .getFirst()
                                        .getState()
                                        .getTerminated()
                                != null);
    }

    @Test
    void livenessProbeRestartsTheContainer() throws Exception {
        var pod =
                agent.cluster.submit(
                        TestPods.pod(
                                "alive",
                                "Always",
                                edited(
                                        "trap 'exit 0' TERM; while true; do sleep 0.1; done",
                                        container ->
                                                container
                                                        .withNewLivenessProbe()
                                                        .withNewExec()
                                                        .withCommand("false")
                                                        .endExec()
                                                        .withPeriodSeconds(1)
                                                        .withFailureThreshold(2)
                                                        .endLivenessProbe())));
        agent.await(
                pod,
                "restart",
                current ->
                        current.getStatus() != null
                                && current.getStatus().getContainerStatuses().stream()
                                        .anyMatch(status -> status.getRestartCount() > 0));
        agent.awaitEvent(pod, "Killing: Container main failed liveness probe, will be restarted");
        agent.awaitEvent(
                pod,
                "the failed probe",
                event -> event.startsWith("Unhealthy: Liveness probe failed:"));
    }

    @Test
    void readinessFollowsAnHttpProbe() throws Exception {
        var pod =
                agent.cluster.submit(
                        TestPods.pod(
                                "ready",
                                "Always",
                                edited(
                                        "mkdir /w; while [ ! -e /go-on ]; do sleep 0.1; done; echo"
                                                + " ok > /w/index.html; httpd -f -p 8080 -h /w",
                                        container ->
                                                container
                                                        .withNewReadinessProbe()
                                                        .withNewHttpGet()
                                                        .withPath("/index.html")
                                                        .withPort(new IntOrString(8080))
                                                        .endHttpGet()
                                                        .withPeriodSeconds(1)
                                                        .endReadinessProbe())));
        agent.awaitEvent(
                pod,
                "the failed probe",
                event -> event.startsWith("Unhealthy: Readiness probe failed: Get "));
        var running = agent.awaitPhase(pod, "Running");
        assertThat(running.getStatus().getContainerStatuses().getFirst().getReady()).isFalse();
        agent.run("ready/main", "touch /go-on");
        agent.await(
                pod,
                "ready",
                current -> current.getStatus().getContainerStatuses().getFirst().getReady());
    }

    @Test
    void failedPostStartHookStopsTheContainer() throws Exception {
        var pod =
                agent.cluster.submit(
                        TestPods.pod(
                                "hook",
                                "Never",
                                edited(
                                        "trap 'exit 9' TERM; while true; do sleep 0.1; done",
                                        container ->
                                                container
                                                        .withNewLifecycle()
                                                        .withNewPostStart()
                                                        .withNewExec()
                                                        .withCommand("false")
                                                        .endExec()
                                                        .endPostStart()
                                                        .endLifecycle())));
        agent.awaitPhase(pod, "Failed");
        agent.awaitEvent(pod, "FailedPostStartHook: PostStartHook failed");
    }

    @Test
    void preStopHookAndGraceAreHonoured() throws Exception {
        var pod =
                agent.cluster.submit(
                        new PodBuilder(
                                        TestPods.pod(
                                                "grace",
                                                "Always",
                                                edited(
                                                        "trap '' TERM; while true; do sleep 0.1;"
                                                                + " done",
                                                        container ->
                                                                container
                                                                        .withNewLifecycle()
                                                                        .withNewPreStop()
                                                                        .withNewSleep(1L)
                                                                        .endPreStop()
                                                                        .endLifecycle())))
                                .editSpec()
                                .withTerminationGracePeriodSeconds(1000L)
                                .endSpec()
                                .build());
        agent.awaitPhase(pod, "Running");
        long begun = System.nanoTime();
        agent.cluster.delete(pod, 4);
        agent.awaitGone(pod);
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .as("the grace of 4 s that was asked for: nobody waits for its own of 1000")
                .isBetween(Duration.ofMillis(3500), Duration.ofSeconds(200));
    }

    @Test
    void subPathDoesNotLeaveTheVolume() throws Exception {
        var init = TestPods.container("init", "ln -s / /v/out");
        var main = TestPods.container("main", "true");
        init.setVolumeMounts(
                List.of(
                        new io.fabric8.kubernetes.api.model.VolumeMountBuilder()
                                .withName("v")
                                .withMountPath("/v")
                                .build()));
        main.setVolumeMounts(
                List.of(
                        new io.fabric8.kubernetes.api.model.VolumeMountBuilder()
                                .withName("v")
                                .withMountPath("/inside")
                                .withSubPath("out/etc")
                                .build()));
        var pod =
                agent.cluster.submit(
                        new PodBuilder(TestPods.pod("escape", "Never", main))
                                .editSpec()
                                .withInitContainers(init)
                                .addNewVolume()
                                .withName("v")
                                .withNewEmptyDir()
                                .endEmptyDir()
                                .endVolume()
                                .endSpec()
                                .build());
        agent.await(
                pod, "refusal", current -> waiting(current).equals("CreateContainerConfigError"));
        agent.awaitEvent(pod, "the refusal", event -> event.contains("failed to prepare subPath"));
    }

    @Test
    void whatTheRuntimeCannotDoIsRefusedByEvent() throws Exception {
        var pod =
                agent.cluster.submit(
                        new PodBuilder(TestPods.pod("users", "Never", "true"))
                                .editSpec()
                                .withHostUsers(false)
                                .endSpec()
                                .build());
        agent.await(
                pod,
                "refusal",
                current ->
                        agent.cluster.eventsOf(current).stream()
                                .anyMatch(event -> event.startsWith("FailedCreatePodSandBox: ")));
        agent.awaitPhase(pod, "Pending");
    }

    @Test
    void projectedTokenIsThereAndSecurityContextHolds() throws Exception {
        var pod =
                agent.cluster.submit(
                        new PodBuilder(
                                        TestPods.pod(
                                                "token",
                                                "Never",
                                                edited(
                                                        "cat /t/token; echo; id -u; id -G; touch /x"
                                                            + " 2>&1 || echo read-only; echo $NAME"
                                                            + " $CPU",
                                                        container ->
                                                                container
                                                                        .withNewSecurityContext()
                                                                        .withReadOnlyRootFilesystem(
                                                                                true)
                                                                        .withRunAsNonRoot(true)
                                                                        .endSecurityContext()
                                                                        .addNewEnv()
                                                                        .withName("NAME")
                                                                        .withNewValueFrom()
                                                                        .withNewFieldRef()
                                                                        .withFieldPath(
                                                                                "metadata.name")
                                                                        .endFieldRef()
                                                                        .endValueFrom()
                                                                        .endEnv()
                                                                        .addNewEnv()
                                                                        .withName("CPU")
                                                                        .withNewValueFrom()
                                                                        .withNewResourceFieldRef()
                                                                        .withResource("limits.cpu")
                                                                        .endResourceFieldRef()
                                                                        .endValueFrom()
                                                                        .endEnv()
                                                                        .addNewVolumeMount()
                                                                        .withName("t")
                                                                        .withMountPath("/t")
                                                                        .endVolumeMount())))
                                .editSpec()
                                .withNewSecurityContext()
                                .withRunAsUser(1234L)
                                .withRunAsGroup(99L)
                                .withFsGroup(777L)
                                .endSecurityContext()
                                .addNewVolume()
                                .withName("t")
                                .withNewProjected()
                                .addNewSource()
                                .withNewServiceAccountToken()
                                .withPath("token")
                                .endServiceAccountToken()
                                .endSource()
                                .endProjected()
                                .endVolume()
                                .endSpec()
                                .build());
        agent.awaitPhase(pod, "Succeeded");
        assertThat(agent.get("/containerLogs/default/token/main"))
                .matches(
                        "token-\\d+\n"
                                + "1234\n"
                                + "99 777\n"
                                + "touch: /x: Read-only file system\n"
                                + "read-only\n"
                                + "token "
                                + Runtime.getRuntime().availableProcessors()
                                + "\n");
    }

    @Test
    void staticPodRunsAndHasAMirror() throws Exception {
        var file = agent.paths.staticPods().resolve("web.yaml");
        Files.writeString(
                file,
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: web}
                spec:
                  containers:
                  - name: c
                    image: localhost/busybox:1
                    command: [sh, -c, "trap 'exit 0' TERM; while true; do sleep 0.1; done"]
                """);
        var mirror = TestPods.pod("web-node-1", "Always", "true");
        var shown = agent.awaitPhase(mirror, "Running");
        assertThat(shown.getMetadata().getAnnotations()).containsKey("kubernetes.io/config.mirror");
        agent.cluster.delete(shown, 0);
        var again =
                agent.await(
                        mirror,
                        "a new mirror",
                        current ->
                                current.getStatus() != null
                                        && "Running".equals(current.getStatus().getPhase())
                                        && !current.getMetadata()
                                                .getUid()
                                                .equals(shown.getMetadata().getUid()));
        assertThat(again.getStatus().getContainerStatuses().getFirst().getContainerID())
                .as("the pod itself runs on")
                .isEqualTo(shown.getStatus().getContainerStatuses().getFirst().getContainerID());
        Files.writeString(file, Files.readString(file).replace("name: c", "name: d"));
        agent.await(
                mirror,
                "the changed pod",
                current ->
                        current.getStatus() != null
                                && current.getStatus().getContainerStatuses().stream()
                                        .anyMatch(status ->
                                                status.getName().equals("d")
                                                        && status.getState().getRunning() != null));
        Files.delete(file);
        agent.awaitGone(mirror);
    }

    @Test
    void statisticsShowWhatRuns() throws Exception {
        var pod = agent.cluster.submit(TestPods.pod("stats", "Always", "sleep 1000"));
        agent.awaitPhase(pod, "Running");
        assertThat(agent.get("/stats/summary")).contains("\"name\":\"stats\"", "workingSetBytes");
        assertThat(agent.get("/metrics/resource"))
                .contains(
                        "container_memory_working_set_bytes{container=\"main\",namespace=\"default\",pod=\"stats\"}");
        assertThat(agent.get("/pods")).contains("\"name\":\"stats\"");
        assertThat(agent.get("/healthz")).isEqualTo("ok");
    }

    @Test
    void claimOfModeBlockIsADeviceOfTheContainer(@TempDir Path data) throws Exception {
        var file = Files.write(data.resolve("disk"), new byte[1 << 20]);
        Files.writeString(file, "on the device\n" + " ".repeat((1 << 20) - 14));
        var loop =
                HostCommand.run(Duration.ofSeconds(30), "losetup", "-f", "--show", file.toString())
                        .strip();
        try {
            localVolume("disk", loop, "Block");
            localVolume("folder", data.toString(), "Filesystem");
            var reads =
                    agent.cluster.submit(
                            withDevice(
                                    "reads", "disk", "head -n 1 /dev/xvda > /dev/termination-log"));
            var wrong = agent.cluster.submit(withDevice("wrong", "folder", "true"));
            var done = agent.awaitPhase(reads, "Succeeded");
            assertThat(
                            done.getStatus()
                                    .getContainerStatuses()
                                    .getFirst()
                                    .getState()
                                    .getTerminated()
                                    .getMessage())
                    .isEqualTo("on the device\n");
            agent.await(
                    wrong,
                    "the mode of the claim",
                    current ->
                            agent.cluster.eventsOf(current).stream()
                                    .anyMatch(event ->
                                            event.endsWith(
                                                    "failed to process volumes=[d]: volume d has"
                                                            + " volumeMode Filesystem, but is"
                                                            + " specified in volumeDevices")));
            for (var pod : List.of(reads, wrong)) {
                agent.cluster.delete(pod, 0);
                agent.awaitGone(pod);
            }
        } finally {
            HostCommand.run(Duration.ofSeconds(30), "losetup", "-d", loop);
        }
    }

    private static void localVolume(String name, String path, String mode) {
        agent.cluster.persistentVolumes.put(
                name,
                new io.fabric8.kubernetes.api.model.PersistentVolumeBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withVolumeMode(mode)
                        .withNewClaimRef()
                        .withUid(name + "-uid")
                        .endClaimRef()
                        .withNewLocal()
                        .withPath(path)
                        .endLocal()
                        .endSpec()
                        .build());
        agent.cluster.claims.put(
                new io.j8s.machinery.meta.ObjectKey("default", name),
                new io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withUid(name + "-uid")
                        .endMetadata()
                        .withNewSpec()
                        .withVolumeMode(mode)
                        .withVolumeName(name)
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Bound")
                        .endStatus()
                        .build());
    }

    private static Pod withDevice(String name, String claim, String script) {
        return new PodBuilder(
                        TestPods.pod(
                                name,
                                "Never",
                                edited(
                                        script,
                                        container ->
                                                container.addNewVolumeDevice("/dev/xvda", "d"))))
                .editSpec()
                .addNewVolume()
                .withName("d")
                .withNewPersistentVolumeClaim(claim, false)
                .endVolume()
                .endSpec()
                .build();
    }

    @Test
    void claimOfALocalVolumeIsMountedAndKept(@TempDir Path data) throws Exception {
        agent.cluster.persistentVolumes.put(
                "pv",
                new io.fabric8.kubernetes.api.model.PersistentVolumeBuilder()
                        .withNewMetadata()
                        .withName("pv")
                        .endMetadata()
                        .withNewSpec()
                        .withNewClaimRef()
                        .withUid("claim-uid")
                        .endClaimRef()
                        .withNewLocal()
                        .withPath(data.toString())
                        .endLocal()
                        .endSpec()
                        .build());
        var pod =
                agent.cluster.submit(
                        new PodBuilder(
                                        TestPods.pod(
                                                "claim",
                                                "Never",
                                                edited(
                                                        "echo kept > /data/file",
                                                        container ->
                                                                container
                                                                        .addNewVolumeMount()
                                                                        .withName("d")
                                                                        .withMountPath("/data")
                                                                        .endVolumeMount())))
                                .editSpec()
                                .addNewVolume()
                                .withName("d")
                                .withNewPersistentVolumeClaim("c", false)
                                .endVolume()
                                .endSpec()
                                .build());
        agent.await(
                pod,
                "the missing claim",
                current ->
                        agent.cluster
                                .eventsOf(current)
                                .contains(
                                        "FailedMount: Unable to attach or mount volumes: unmounted"
                                                + " volumes=[d], unattached volumes=[], failed to"
                                                + " process volumes=[d]: error processing PVC"
                                                + " default/c: failed to fetch PVC from API server:"
                                                + " persistentvolumeclaims \"c\" not found"));
        agent.cluster.claims.put(
                new io.j8s.machinery.meta.ObjectKey("default", "c"),
                new io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withName("c")
                        .withUid("claim-uid")
                        .endMetadata()
                        .withNewSpec()
                        .withVolumeName("pv")
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Bound")
                        .endStatus()
                        .build());
        agent.awaitPhase(pod, "Succeeded");
        agent.cluster.delete(pod, 0);
        agent.awaitGone(pod);
        assertThat(Files.readString(data.resolve("file"))).isEqualTo("kept\n");
    }

    @Test
    void hostNetworkPodHasTheNodesAddressAndSharedProcessesSeeEachOther() throws Exception {
        var pod =
                agent.cluster.submit(
                        new PodBuilder(
                                        TestPods.pod(
                                                "host",
                                                "Never",
                                                TestPods.container(
                                                        "one",
                                                        "trap 'exit 0' TERM; sleep 777 & wait"),
                                                TestPods.container(
                                                        "two",
                                                        "until ps | grep -q '[s]leep 777'; do sleep"
                                                                + " 0.1; done; echo seen")))
                                .editSpec()
                                .withHostNetwork(true)
                                .withShareProcessNamespace(true)
                                .endSpec()
                                .build());
        var running = agent.awaitPhase(pod, "Running");
        assertThat(running.getStatus().getPodIP()).isEqualTo("127.0.0.1");
        agent.await(
                pod,
                "the second container",
                current ->
                        current.getStatus().getContainerStatuses().stream()
                                .anyMatch(status ->
                                        status.getName().equals("two")
                                                && status.getState().getTerminated() != null));
        assertThat(agent.get("/containerLogs/default/host/two")).isEqualTo("seen\n");
    }
}
