package io.j8s.nodeagent.server;

import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.pods.PodTools;
import io.j8s.nodeagent.pods.PodWorkers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// `/metrics`: numbers about the agent itself, under upstream's names.
public final class AgentMetrics {

    private static final int TICKS_PER_SECOND = 100; // USER_HZ, which is fixed for programs

    private final PodTools tools;
    private final PodWorkers pods;
    private final Supplier<String> ofRuntime;
    private final String version;
    private final Instant startedAt;

    /// @param ofRuntime the runtime's own lines
    public AgentMetrics(
            PodTools tools, PodWorkers pods, Supplier<String> ofRuntime, String version) {
        this.tools = tools;
        this.pods = pods;
        this.ofRuntime = ofRuntime;
        this.version = version;
        this.startedAt = tools.timers().now();
    }

    String text() {
        var out = new StringBuilder();
        var containers = new TreeMap<String, Long>();
        long running = 0;
        long desired = 0;
        for (var pod : pods.pods()) {
            var actual = pods.actual(PodFacts.uid(pod));
            desired++;
            running += actual.readySandbox().isPresent() ? 1 : 0;
            for (var status : actual.containers()) {
                containers.merge(
                        RuntimePod.isRunning(status)
                                ? "running"
                                : RuntimePod.hasExited(status) ? "exited" : "created",
                        1L,
                        Long::sum);
            }
        }
        line(
                out,
                "kubernetes_build_info",
                "gauge",
                "A metric with a constant '1' value labeled by version.",
                Map.of("{git_version=\"" + version + "\"}", 1L));
        line(
                out,
                "kubelet_node_name",
                "gauge",
                "The node's name. The count is always 1.",
                Map.of("{node=\"" + tools.settings().nodeName() + "\"}", 1L));
        line(
                out,
                "kubelet_running_pods",
                "gauge",
                "Number of pods that have a running pod sandbox",
                Map.of("", running));
        line(
                out,
                "kubelet_desired_pods",
                "gauge",
                "The number of pods the kubelet is being instructed to run.",
                Map.of("", desired));
        var byState = new TreeMap<String, Long>();
        containers.forEach(
                (state, count) -> byState.put("{container_state=\"" + state + "\"}", count));
        line(
                out,
                "kubelet_running_containers",
                "gauge",
                "Number of containers currently running",
                byState);
        out.append(ofRuntime.get());
        process(out);
        return out.toString();
    }

    /// Of the whole process, whatever else runs in it.
    private void process(StringBuilder out) {
        line(
                out,
                "process_start_time_seconds",
                "gauge",
                "Start time of the process since unix epoch in seconds.",
                Map.of("", startedAt.getEpochSecond()));
        try {
            var stat = Files.readString(Path.of("/proc/self/stat"));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            double seconds =
                    (Long.parseLong(fields[11]) + Long.parseLong(fields[12]))
                            / (double) TICKS_PER_SECOND;
            out.append("# HELP process_cpu_seconds_total Total user and system CPU time spent in")
                    .append(" seconds.\n# TYPE process_cpu_seconds_total counter\n")
                    .append("process_cpu_seconds_total ")
                    .append(seconds)
                    .append('\n');
            line(
                    out,
                    "process_resident_memory_bytes",
                    "gauge",
                    "Resident memory size in bytes.",
                    Map.of("", Long.parseLong(fields[21]) * 4096));
        } catch (IOException e) {
            return; // not on every system
        }
    }

    private static void line(
            StringBuilder out, String name, String type, String help, Map<String, Long> values) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        values.forEach((labels, value) ->
                out.append(name).append(labels).append(' ').append(value).append('\n'));
    }
}
