package io.j8s.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/// What becomes of pods whose containers end, fail their probes or their hooks. All pods start
/// together, so that the table costs little more than its slowest row.
@Tag("runtime")
class PodOutcomeTest {

    private static final String WAITS = "trap 'exit 0' TERM; while true; do sleep 0.1; done";
    private static final Map<String, Pod> PODS = new LinkedHashMap<>();
    private static RunningAgent agent;

    @BeforeAll
    static void startAll(@TempDir Path directory) throws Exception {
        agent = new RunningAgent(directory, 28);
        for (var policy : new String[] {"Always", "OnFailure", "Never"}) {
            for (var end : new String[] {"0", "1", "signal"}) {
                var name = (policy + "-" + end).toLowerCase(Locale.ROOT);
                var script =
                        end.equals("signal") ? "sleep 100 & kill -9 $!; wait $!" : "exit " + end;
                submit(TestPods.pod(name, policy, script));
            }
        }
        for (var kind : new String[] {"exec", "http", "tcp", "grpc"}) {
            submit(probed("liveness-" + kind, c -> c.withLivenessProbe(failing(kind))));
            submit(probed("startup-" + kind, c -> c.withStartupProbe(failing(kind))));
            submit(probed("readiness-" + kind, c -> c.withReadinessProbe(failing(kind))));
        }
        submit(
                probed(
                        "prestop",
                        container ->
                                container
                                        .withNewLifecycle()
                                        .withNewPreStop()
                                        .withNewExec()
                                        .withCommand("false")
                                        .endExec()
                                        .endPreStop()
                                        .endLifecycle()));
        submit(
                new PodBuilder(TestPods.pod("deadline", "Always", WAITS))
                        .editSpec()
                        .withActiveDeadlineSeconds(2L)
                        .endSpec()
                        .build());
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
        return java.util.Objects.requireNonNull(PODS.get(name), name);
    }

    private static Pod probed(String name, Consumer<ContainerBuilder> edit) {
        var builder = new ContainerBuilder(TestPods.container("main", WAITS));
        edit.accept(builder);
        Container container = builder.build();
        return new PodBuilder(TestPods.pod(name, "Always", container))
                .editSpec()
                .withTerminationGracePeriodSeconds(1L)
                .endSpec()
                .build();
    }

    /// Nobody listens on port 81.
    private static Probe failing(String kind) {
        var probe =
                new ProbeBuilder()
                        .withPeriodSeconds(1)
                        .withFailureThreshold(1)
                        .withTimeoutSeconds(kind.equals("grpc") ? 3 : 30); // of a busy machine
        return (switch (kind) {
                    case "exec" ->
                            probe.withNewExec()
                                    .withCommand("sh", "-c", "printf broken; exit 1")
                                    .endExec();
                    case "http" ->
                            probe.withNewHttpGet()
                                    .withPath("/")
                                    .withPort(new IntOrString(81))
                                    .endHttpGet();
                    case "tcp" ->
                            probe.withNewTcpSocket().withPort(new IntOrString(81)).endTcpSocket();
                    default -> probe.withNewGrpc().withPort(81).endGrpc();
                })
                .build();
    }

    private static int restarts(Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getContainerStatuses().isEmpty()
                ? 0
                : pod.getStatus().getContainerStatuses().getFirst().getRestartCount();
    }

    @ParameterizedTest
    @CsvSource({
        "always-0,,0,Completed",
        "always-1,,1,Error",
        "always-signal,,137,Error",
        "onfailure-0,Succeeded,0,Completed",
        "onfailure-1,,1,Error",
        "onfailure-signal,,137,Error",
        "never-0,Succeeded,0,Completed",
        "never-1,Failed,1,Error",
        "never-signal,Failed,137,Error"
    })
    void restartPolicyDecidesAfterEachEnd(String name, String phase, int exitCode, String reason)
            throws Exception {
        if (phase != null) {
            var ended = agent.awaitPhase(pod(name), phase);
            var end =
                    ended.getStatus().getContainerStatuses().getFirst().getState().getTerminated();
            assertThat(end.getExitCode()).isEqualTo(exitCode);
            assertThat(end.getReason()).isEqualTo(reason);
            assertThat(restarts(ended)).isZero();
            assertThat(ended.getStatus().getPodIP()).as("address").startsWith("10.199.28.");
            return;
        }
        var again = agent.await(pod(name), "restart", current -> restarts(current) > 0);
        assertThat(again.getStatus().getPhase()).isEqualTo("Running");
        var end =
                again.getStatus().getContainerStatuses().getFirst().getLastState().getTerminated();
        assertThat(end.getExitCode()).isEqualTo(exitCode);
        assertThat(end.getReason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "exec,broken",
        "http,Get \"http://IP:81/\": dial tcp IP:81: connect: connection refused",
        "tcp,dial tcp IP:81: connect: connection refused",
        "grpc,timeout: failed to connect service \"IP:81\" within 3s: context deadline exceeded"
    })
    void failedProbesAreToldAndRestartButForReadiness(String kind, String message)
            throws Exception {
        for (var probe : new String[] {"Liveness", "Startup"}) {
            var pod = pod(probe.toLowerCase(Locale.ROOT) + "-" + kind);
            var again = agent.await(pod, "restart", current -> restarts(current) > 0);
            agent.awaitEvent(
                    pod,
                    "Unhealthy: %s probe failed: %s"
                            .formatted(probe, message.replace("IP", again.getStatus().getPodIP())));
            agent.awaitEvent(
                    pod,
                    "Killing: Container main failed %s probe, will be restarted"
                            .formatted(probe.toLowerCase(Locale.ROOT)));
        }
        var unready = pod("readiness-" + kind);
        agent.awaitEvent(
                unready,
                "Unhealthy",
                event -> event.startsWith("Unhealthy: Readiness probe failed: "));
        var current = agent.awaitPhase(unready, "Running");
        assertThat(restarts(current)).isZero();
        assertThat(current.getStatus().getConditions())
                .anyMatch(condition ->
                        condition.getType().equals("ContainersReady")
                                && "ContainersNotReady".equals(condition.getReason())
                                && "containers with unready status: [main]"
                                        .equals(condition.getMessage()));
    }

    @Test
    void failedPreStopHookIsToldAndDoesNotHoldUpTheEnd() throws Exception {
        var pod = pod("prestop");
        agent.awaitPhase(pod, "Running");
        agent.cluster.delete(pod, 3);
        agent.awaitGone(pod);
        agent.awaitEvent(pod, "FailedPreStopHook: PreStopHook failed");
        agent.awaitEvent(pod, "Killing: Stopping container main");
    }

    @Test
    void activeDeadlineEndsThePodWithoutAnythingElseHappening() throws Exception {
        var pod = pod("deadline");
        var status = agent.awaitPhase(pod, "Failed").getStatus();
        assertThat(status.getReason()).isEqualTo("DeadlineExceeded");
        assertThat(status.getMessage())
                .isEqualTo("Pod was active on the node longer than the specified deadline");
        agent.awaitEvent(
                pod,
                "DeadlineExceeded: Pod was active on the node longer than the specified deadline");
        var end = status.getContainerStatuses().getFirst().getState().getTerminated();
        assertThat(Instant.parse(end.getFinishedAt()))
                .as("well before the next resync")
                .isBefore(Instant.parse(status.getStartTime()).plusSeconds(45));
    }
}
