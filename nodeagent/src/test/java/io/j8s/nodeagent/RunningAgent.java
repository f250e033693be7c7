package io.j8s.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.nodeagent.core.EvictionThresholds;
import io.j8s.nodeagent.node.ShutdownGrace;
import io.j8s.nodeagent.runtime.HostState;
import io.j8s.nodeagent.runtime.NodePaths;
import io.j8s.nodeagent.runtime.Teardown;
import io.j8s.nodeagent.runtime.TestImages;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// An agent on a private containerd with the fake cluster, for one test class; closing it proves
/// that the host is as it was.
@SuppressWarnings("try") // tests may be interrupted while closing
public final class RunningAgent implements AutoCloseable {

    /// The longest that a pod takes to get where it should: seconds, but for a machine that has
    /// little time for us.
    private static final Duration WAIT_MAX = Duration.ofMinutes(2);

    private static final Duration LOOK = Duration.ofMillis(50);

    public final FakeCluster cluster = new FakeCluster();
    public final SystemTimers timers = new SystemTimers();
    public final NodePaths paths;
    private final HostState before;
    private final NodeAgentConfig config;
    private NodeAgent agent;

    public RunningAgent(Path directory, int subnet) throws Exception {
        this(directory, subnet, 110, EvictionThresholds.DEFAULT);
    }

    public RunningAgent(Path directory, int subnet, int maxPods, EvictionThresholds eviction)
            throws Exception {
        paths = NodePaths.of(directory);
        before = HostState.now();
        config =
                new NodeAgentConfig(
                        directory,
                        "node-1",
                        List.of("127.0.0.1"),
                        0,
                        null,
                        null,
                        List.of("10.199." + subnet + ".0/24"),
                        List.of("10.199.0.0/16"),
                        List.of("10.43.0.10"),
                        "cluster.local",
                        null,
                        null,
                        maxPods,
                        eviction,
                        ShutdownGrace.NONE,
                        Map.of(),
                        Map.of(),
                        "v1.37.0+j8s");
        agent = new NodeAgent(config, cluster, timers);
        agent.start();
        TestImages.loadBusybox(paths.socket(), directory);
    }

    /// As after a restart of the whole program.
    public void restartAgent() throws Exception {
        agent.close();
        agent = new NodeAgent(config, cluster, timers);
        agent.start();
    }

    /// As `kill -9` of containerd.
    public void killRuntime() throws Exception {
        var pid = java.nio.file.Files.readString(paths.runtimePid()).strip();
        ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
    }

    public int port() {
        return java.util.Objects.requireNonNull(cluster.node)
                .getStatus()
                .getDaemonEndpoints()
                .getKubeletEndpoint()
                .getPort();
    }

    public Pod await(Pod pod, String what, Predicate<Pod> isThere) throws Exception {
        var deadline = timers.deadline(WAIT_MAX);
        while (true) {
            var current = cluster.pods.get(FakeCluster.keyOf(pod));
            if (current != null && isThere.test(current)) {
                return current;
            }
            assertThat(deadline.hasPassed())
                    .describedAs(
                            "waiting for %s: %s %s",
                            what,
                            current == null ? "gone" : current.getStatus(),
                            cluster.eventsOf(pod))
                    .isFalse();
            timers.sleep(LOOK);
        }
    }

    public void awaitNode(String what, Predicate<io.fabric8.kubernetes.api.model.Node> isThere)
            throws Exception {
        until(
                () -> cluster.node != null && isThere.test(cluster.node),
                () -> what + ": " + cluster.node);
    }

    public Pod awaitPhase(Pod pod, String phase) throws Exception {
        return await(
                pod,
                phase,
                current ->
                        current.getStatus() != null
                                && phase.equals(current.getStatus().getPhase()));
    }

    public void awaitGone(Pod pod) throws Exception {
        until(() -> !cluster.pods.containsKey(FakeCluster.keyOf(pod)), () -> "the end");
    }

    /// Waits for an event, which may come later than the status that goes with it.
    public void awaitEvent(Pod pod, String event) throws Exception {
        awaitEvent(pod, event, event::equals);
    }

    public void awaitEvent(Pod pod, String what, Predicate<String> isIt) throws Exception {
        until(
                () -> cluster.eventsOf(pod).stream().anyMatch(isIt),
                () -> what + ": " + cluster.eventsOf(pod));
    }

    /// Waits until a container has said this and no more, which may be later than its start.
    ///
    /// @param container of the namespace `default`, as `pod/container`
    public void awaitLog(String container, String text) throws Exception {
        var said = new AtomicReference<>("");
        until(
                () -> {
                    said.set(get("/containerLogs/default/" + container));
                    return said.get().equals(text);
                },
                () -> "%s to say '%s': %s".formatted(container, text, said.get()));
    }

    private void until(Callable<Boolean> isThere, Supplier<String> what) throws Exception {
        var deadline = timers.deadline(WAIT_MAX);
        while (!isThere.call()) {
            assertThat(deadline.hasPassed()).as(() -> "waiting for " + what.get()).isFalse();
            timers.sleep(LOOK);
        }
    }

    public String get(String path) throws Exception {
        return send("GET", path);
    }

    /// Runs a command in a container and tells what it printed.
    ///
    /// @param container of the namespace `default`, as `pod/container`
    public String run(String container, String command) throws Exception {
        return send("POST", "/run/default/" + container + "?cmd=" + command.replace(" ", "%20"));
    }

    private String send(String method, String path) throws Exception {
        try (var client = java.net.http.HttpClient.newHttpClient()) {
            var request =
                    java.net.http.HttpRequest.newBuilder(
                                    java.net.URI.create("http://127.0.0.1:" + port() + path))
                            .method(method, java.net.http.HttpRequest.BodyPublishers.noBody())
                            .header("Authorization", "Bearer test")
                            .build();
            return client.send(request, java.net.http.HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    @Override
    public void close() throws Exception {
        agent.close();
        try {
            assertThat(new Teardown(paths, timers).run()).isEmpty();
        } finally {
            timers.close();
        }
        assertThat(HostState.now().of(paths)).isEqualTo(before.of(paths));
    }
}
