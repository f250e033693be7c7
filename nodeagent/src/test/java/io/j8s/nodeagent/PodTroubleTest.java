package io.j8s.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.j8s.cri.v1.PodSandbox;
import io.j8s.cri.v1.PodSandboxFilter;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.cri.GrpcContainerRuntime;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What users read of pods that can't run as they are written, word for word. All pods start
/// together, so that all of them cost little more than the slowest.
@Tag("runtime")
class PodTroubleTest {

    private static final String WAITS = "trap 'exit 0' TERM; while true; do sleep 0.1; done";
    private static final Map<String, Pod> PODS = new LinkedHashMap<>();
    private static RunningAgent agent;
    private static Path shared;

    @BeforeAll
    static void startAll(@TempDir Path directory, @TempDir Path onHost) throws Exception {
        shared = onHost;
        agent = new RunningAgent(directory, 29);
        agent.cluster.configMaps.put(
                new ObjectKey("default", "settings"),
                new ConfigMapBuilder().withData(Map.of("k", "v")).build());
        submit(pod("command", "Always", c -> c.withCommand("/no/such/file")));
        submit(
                pod(
                        "poststart",
                        "Always",
                        c ->
                                c.withNewLifecycle()
                                        .withNewPostStart()
                                        .withNewExec()
                                        .withCommand("sh", "-c", "echo \"oops\"; exit 3")
                                        .endExec()
                                        .endPostStart()
                                        .endLifecycle()));
        submit(
                pod(
                        "variable",
                        "Always",
                        c ->
                                c.addNewEnv()
                                        .withName("A")
                                        .withNewValueFrom()
                                        .withNewConfigMapKeyRef("k", "none", false)
                                        .endValueFrom()
                                        .endEnv()));
        submit(
                pod(
                        "key",
                        "Always",
                        c ->
                                c.addNewEnv()
                                        .withName("A")
                                        .withNewValueFrom()
                                        .withNewConfigMapKeyRef("other", "settings", false)
                                        .endValueFrom()
                                        .endEnv()));
        submit(
                pod(
                        "root",
                        "Always",
                        c ->
                                c.withNewSecurityContext()
                                        .withRunAsNonRoot(true)
                                        .endSecurityContext()));
        submit(
                withVolume(
                        "mapvolume",
                        volume -> volume.withNewConfigMap().withName("none").endConfigMap()));
        submit(
                withVolume(
                        "csi",
                        volume -> volume.withNewCsi().withDriver("disks.example.com").endCsi()));
        submit(
                withVolume(
                        "image",
                        volume ->
                                volume.withNewImage()
                                        .withReference("localhost/absent:1")
                                        .withPullPolicy("Never")
                                        .endImage()));
        agent.cluster.accountsGone.add("gone");
        submit(
                new PodBuilder(
                                withVolume(
                                        "notoken",
                                        volume ->
                                                volume.withNewProjected()
                                                        .addNewSource()
                                                        .withNewServiceAccountToken()
                                                        .withPath("k")
                                                        .endServiceAccountToken()
                                                        .endSource()
                                                        .endProjected()))
                        .editSpec()
                        .withServiceAccountName("gone")
                        .endSpec()
                        .build());
        submit(
                withVolume(
                        "readonly",
                        volume -> volume.withNewConfigMap().withName("settings").endConfigMap()));
        submit(
                pod(
                        "big",
                        "Always",
                        c ->
                                c.withNewResources()
                                        .addToRequests("cpu", new Quantity("1k"))
                                        .endResources()));
        submit(restartingAll());
        submit(withSidecars());
    }

    @AfterAll
    static void stop() throws Exception {
        for (var pod : PODS.values()) {
            if (agent.cluster.pods.containsKey(FakeCluster.keyOf(pod))) {
                agent.cluster.delete(pod, 0);
            }
        }
        for (var pod : PODS.values()) {
            agent.awaitGone(pod);
        }
        agent.close();
    }

    private static void submit(Pod pod) {
        PODS.put(pod.getMetadata().getName(), agent.cluster.submit(pod));
    }

    private static Pod pod(String name) {
        return Objects.requireNonNull(PODS.get(name), name);
    }

    private static Pod pod(String name, String policy, Consumer<ContainerBuilder> edit) {
        var builder = new ContainerBuilder(TestPods.container("main", WAITS));
        edit.accept(builder);
        return new PodBuilder(TestPods.pod(name, policy, builder.build()))
                .editSpec()
                .withTerminationGracePeriodSeconds(1L)
                .endSpec()
                .build();
    }

    private static Pod withVolume(String name, Consumer<VolumeBuilder> edit) {
        var volume = new VolumeBuilder().withName("v");
        edit.accept(volume);
        return new PodBuilder(
                        pod(
                                name,
                                "Never",
                                c ->
                                        c.withCommand("sh", "-c", "touch /v/x 2>&1; cat /v/k")
                                                .addNewVolumeMount()
                                                .withName("v")
                                                .withMountPath("/v")
                                                .endVolumeMount()))
                .editSpec()
                .withVolumes(volume.build())
                .endSpec()
                .build();
    }

    private static Pod restartingAll() {
        var init = TestPods.container("init", "echo init >> /shared/runs");
        var main =
                new ContainerBuilder(
                                TestPods.container(
                                        "main",
                                        "[ $(wc -l < /shared/runs) = 2 ] && exit 0; sleep 0.3; exit"
                                                + " 42"))
                        .withRestartPolicy("Never")
                        .addNewRestartPolicyRule()
                        .withAction("RestartAllContainers")
                        .withNewExitCodes()
                        .withOperator("In")
                        .withValues(42)
                        .endExitCodes()
                        .endRestartPolicyRule()
                        .build();
        return onShared("restartall", "Never", List.of(init), main);
    }

    private static Pod withSidecars() {
        var says =
                "trap 'echo %s >> /shared/order; exit 0' TERM; echo up >> /shared/up; while true;"
                        + " do sleep 0.1; done";
        var one = TestPods.container("one", says.formatted("one"));
        var two = TestPods.container("two", says.formatted("two"));
        one.setRestartPolicy("Always");
        two.setRestartPolicy("Always");
        return onShared(
                "sidecars",
                "Always",
                List.of(one, two),
                TestPods.container("main", says.formatted("main")));
    }

    private static Pod onShared(String name, String policy, List<Container> init, Container main) {
        for (var container : Stream.concat(init.stream(), Stream.of(main)).toList()) {
            container.setVolumeMounts(
                    List.of(
                            new io.fabric8.kubernetes.api.model.VolumeMountBuilder()
                                    .withName("shared")
                                    .withMountPath("/shared")
                                    .build()));
        }
        return new PodBuilder(TestPods.pod(name, policy, main))
                .editSpec()
                .withInitContainers(init)
                .withTerminationGracePeriodSeconds(20L)
                .addNewVolume()
                .withName("shared")
                .withNewHostPath()
                .withPath(shared.resolve(name).toString())
                .withType("DirectoryOrCreate")
                .endHostPath()
                .endVolume()
                .endSpec()
                .build();
    }

    private static ContainerStatus main(Pod pod) {
        var status = pod.getStatus();
        return status == null || status.getContainerStatuses().isEmpty()
                ? new ContainerStatus()
                : status.getContainerStatuses().getFirst();
    }

    private static ContainerStateWaiting waiting(Pod pod) {
        var state = main(pod).getState();
        return state == null || state.getWaiting() == null
                ? new ContainerStateWaiting()
                : state.getWaiting();
    }

    private static ContainerStateWaiting awaitWaiting(String name, String reason) throws Exception {
        return waiting(
                agent.await(pod(name), reason, seen -> reason.equals(waiting(seen).getReason())));
    }

    private static void awaitEvent(String name, String event) throws Exception {
        agent.awaitEvent(pod(name), event);
    }

    @Test
    void commandThatIsMissing() throws Exception {
        var again = awaitWaiting("command", "CrashLoopBackOff");
        var id = "command_default(%s)".formatted(pod("command").getMetadata().getUid());
        assertThat(again.getMessage())
                .matches(
                        "back-off \\d+s restarting failed container=main pod=" + Pattern.quote(id));
        var last =
                agent.await(
                                pod("command"),
                                "last state",
                                seen -> main(seen).getLastState().getTerminated() != null)
                        .getStatus()
                        .getContainerStatuses()
                        .getFirst()
                        .getLastState()
                        .getTerminated();
        assertThat(last.getExitCode()).isEqualTo(128);
        assertThat(last.getReason()).isEqualTo("StartError");
        awaitEvent("command", "BackOff: Back-off restarting failed container main in pod " + id);
        assertThat(agent.cluster.eventsOf(pod("command")))
                .contains("Created: Container created")
                .anyMatch(event ->
                        event.startsWith("Failed: Error: failed to create containerd task: ")
                                && event.contains("\"/no/such/file\""))
                .noneMatch(event -> event.startsWith("Started"));
    }

    @Test
    void hookThatFailsAfterTheStart() throws Exception {
        awaitEvent("poststart", "Killing: FailedPostStartHook");
        awaitEvent("poststart", "FailedPostStartHook: PostStartHook failed");
        var told =
                agent.await(
                        pod("poststart"),
                        "a waiting state",
                        current -> waiting(current).getReason() != null);
        assertThat(waiting(told).getReason()).isIn("PostStartHookError", "CrashLoopBackOff");
        if (waiting(told).getReason().equals("PostStartHookError")) {
            assertThat(waiting(told).getMessage())
                    .isEqualTo(
                            "Exec lifecycle hook ([sh -c echo \"oops\"; exit 3]) for Container"
                                    + " \"main\" in Pod \"poststart_default(%s)\" failed - error:"
                                    + " command 'sh -c echo \"oops\"; exit 3' exited with 3: ,"
                                    + " message: \"oops\\n\"",
                            pod("poststart").getMetadata().getUid());
        }
    }

    @Test
    void variablesWithoutTheirObjects() throws Exception {
        assertThat(awaitWaiting("variable", "CreateContainerConfigError").getMessage())
                .isEqualTo("configmap \"none\" not found");
        awaitEvent("variable", "Failed: Error: configmap \"none\" not found");
        assertThat(awaitWaiting("key", "CreateContainerConfigError").getMessage())
                .isEqualTo("couldn't find key other in ConfigMap default/settings");
    }

    @Test
    void rootWhereNobodyMayBe() throws Exception {
        assertThat(awaitWaiting("root", "CreateContainerConfigError").getMessage())
                .isEqualTo(
                        "container has runAsNonRoot and image will run as root (pod:"
                                + " \"root_default(%s)\", container: main)",
                        pod("root").getMetadata().getUid());
    }

    @Test
    void volumesThatCannotBeMounted() throws Exception {
        awaitEvent(
                "mapvolume",
                "FailedMount: MountVolume.SetUp failed for volume \"v\" : configmap \"none\" not"
                        + " found");
        var pending = agent.awaitPhase(pod("mapvolume"), "Pending");
        assertThat(waiting(pending).getReason()).isEqualTo("ContainerCreating");
        assertThat(pending.getStatus().getConditions())
                .filteredOn(found -> found.getType().equals("PodReadyToStartContainers"))
                .extracting(PodCondition::getStatus, PodCondition::getReason)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("False", "PodSandboxNotReady"));
        awaitEvent(
                "csi",
                "FailedMount: MountVolume.SetUp failed for volume \"v\" : kubernetes.io/csi:"
                        + " mounter.SetUpAt failed to get CSI client: driver name disks.example.com"
                        + " not found in the list of registered CSI drivers");
    }

    @Test
    void volumeThatFailsAgainstExpectationLeavesNoSandbox() throws Exception {
        awaitEvent(
                "notoken",
                "FailedMount: MountVolume.SetUp failed for volume \"v\" : failed to fetch token:"
                        + " serviceaccounts \"gone\" not found");
        var pending =
                agent.await(pod("notoken"), "no sandbox", seen -> sandboxesOf(seen).isEmpty());
        assertThat(waiting(pending).getReason()).isEqualTo("ContainerCreating");
        assertThat(pending.getStatus().getPodIP()).isNull();
        agent.cluster.accountsGone.clear();
        agent.awaitPhase(pod("notoken"), "Succeeded");
        assertThat(agent.cluster.eventsOf(pod("notoken")))
                .noneMatch(event -> event.startsWith("SandboxChanged"));
    }

    private static List<PodSandbox> sandboxesOf(Pod pod) {
        try (var runtime = new GrpcContainerRuntime(agent.paths.socket())) {
            return runtime.listPodSandboxes(
                    PodSandboxFilter.newBuilder()
                            .putLabelSelector(RuntimePod.LABEL_UID, pod.getMetadata().getUid())
                            .build());
        } catch (CriException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void imageVolumeThatIsNotThere() throws Exception {
        assertThat(awaitWaiting("image", "ErrImageNeverPull").getMessage())
                .isEqualTo(
                        "Container image \"localhost/absent:1\" is not present with pull policy of"
                                + " Never");
        awaitEvent("image", "Failed: Error: ErrImageNeverPull");
    }

    @Test
    void configMapsAreReadOnly() throws Exception {
        agent.awaitPhase(pod("readonly"), "Succeeded");
        assertThat(agent.get("/containerLogs/default/readonly/main"))
                .isEqualTo("touch: /v/x: Read-only file system\nv");
    }

    @Test
    void podThatIsTooBig() throws Exception {
        var failed = agent.awaitPhase(pod("big"), "Failed");
        assertThat(failed.getStatus().getReason()).isEqualTo("OutOfcpu");
        assertThat(failed.getStatus().getMessage())
                .startsWith(
                        "Pod was rejected: Node didn't have enough resource: cpu, requested:"
                                + " 1000000, used: ");
        assertThat(failed.getStatus().getContainerStatuses()).isEmpty();
        agent.awaitEvent(
                failed,
                "OutOfcpu",
                event -> event.startsWith("OutOfcpu: Node didn't have enough resource: cpu, "));
        assertThat(agent.cluster.eventsOf(failed)).hasSize(1);
    }

    @Test
    void ruleRestartsTheWholePod() throws Exception {
        var done = agent.awaitPhase(pod("restartall"), "Succeeded");
        assertThat(Files.readString(shared.resolve("restartall/runs"))).isEqualTo("init\ninit\n");
        assertThat(main(done).getRestartCount()).isEqualTo(1);
        assertThat(done.getStatus().getInitContainerStatuses().getFirst().getRestartCount())
                .isEqualTo(1);
        assertThat(done.getStatus().getConditions())
                .filteredOn(found -> found.getType().equals("AllContainersRestarting"))
                .extracting(PodCondition::getStatus, PodCondition::getReason)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("False", "PodCompleted"));
    }

    private static long linesOf(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file).size() : 0;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void sidecarsEndAfterTheOthersTheLastOneFirst() throws Exception {
        var up = shared.resolve("sidecars/up");
        agent.await(pod("sidecars"), "all three", _ -> linesOf(up) == 3);
        agent.cluster.delete(pod("sidecars"), 20);
        agent.awaitGone(pod("sidecars"));
        assertThat(Files.readString(shared.resolve("sidecars/order")))
                .isEqualTo("main\ntwo\none\n");
        for (var container : List.of("main", "two", "one")) {
            awaitEvent("sidecars", "Killing: Stopping container " + container);
        }
    }
}
