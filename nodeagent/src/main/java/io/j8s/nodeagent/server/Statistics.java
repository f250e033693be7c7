package io.j8s.nodeagent.server;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.ContainerStats;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodResources;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.core.Times;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.node.Machine;
import io.j8s.nodeagent.pods.PodTools;
import io.j8s.nodeagent.pods.PodWorkers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// What pods and the node use: `/stats/summary` and `/metrics/resource`. Rates are computed from
/// one question to the next, since runtimes do not tell them. Safe for use by many threads.
final class Statistics {

    private static final long RATE_MIN_NANOS = 1_000_000_000;
    private static final long TICKS_PER_SECOND = 100; // USER_HZ, which is fixed for programs
    private static final int REMEMBERED_MAX = 10_000;

    private record Sample(long atNanos, long usageNanos, long rate) {}

    /// Containers' numbers of one pod.
    private record PodUse(Pod pod, List<ContainerStats> containers) {}

    private final PodTools tools;
    private final PodWorkers pods;
    private final Instant startedAt;
    private final Map<String, Sample> samples = new HashMap<>(); // guarded by itself

    Statistics(PodTools tools, PodWorkers pods) {
        this.tools = tools;
        this.pods = pods;
        this.startedAt = tools.timers().now();
    }

    /// The summary API of the kubelet, as a JSON object.
    Map<String, Object> summary() throws CriException, IOException {
        var now = tools.timers().now();
        var node = new LinkedHashMap<String, Object>();
        node.put("nodeName", tools.settings().nodeName());
        node.put("startTime", Times.of(startedAt));
        node.put("cpu", cpu("node", now, nodeCpuNanos()));
        node.put("memory", nodeMemory(now));
        node.put("fs", disk(now));
        var podStats = new ArrayList<Map<String, Object>>();
        for (var use : uses()) {
            podStats.add(podSummary(use, now));
        }
        var summary = new LinkedHashMap<String, Object>();
        summary.put("node", node);
        summary.put("pods", podStats);
        return summary;
    }

    /// The resource metrics that metrics-server reads, in Prometheus' text form.
    String resourceMetrics() throws CriException, IOException {
        var cpu = new StringBuilder();
        var memory = new StringBuilder();
        var start = new StringBuilder();
        var podCpu = new StringBuilder();
        var podMemory = new StringBuilder();
        long now = tools.timers().now().toEpochMilli();
        for (var use : uses()) {
            var meta = use.pod().getMetadata();
            var ofPod =
                    "namespace=\"%s\",pod=\"%s\"".formatted(meta.getNamespace(), meta.getName());
            for (var stats : use.containers()) {
                var labels = "{container=\"%s\",%s}".formatted(nameOf(stats), ofPod);
                line(cpu, "container_cpu_usage_seconds_total", labels, seconds(cpuOf(stats)), now);
                line(
                        memory,
                        "container_memory_working_set_bytes",
                        labels,
                        Long.toString(stats.getMemory().getWorkingSetBytes().getValue()),
                        now);
                startOf(use.pod(), stats)
                        .ifPresent(nanos ->
                                line(
                                        start,
                                        "container_start_time_seconds",
                                        labels,
                                        seconds(nanos),
                                        now));
            }
            var labels = "{" + ofPod + "}";
            line(podCpu, "pod_cpu_usage_seconds_total", labels, seconds(podCpuNanos(use)), now);
            line(
                    podMemory,
                    "pod_memory_working_set_bytes",
                    labels,
                    Long.toString(podWorkingSet(use)),
                    now);
        }
        var nodeCpu = new StringBuilder();
        line(nodeCpu, "node_cpu_usage_seconds_total", "", seconds(nodeCpuNanos()), now);
        var nodeMemory = new StringBuilder();
        line(
                nodeMemory,
                "node_memory_working_set_bytes",
                "",
                Long.toString(tools.settings().memoryCapacity() - Machine.memoryAvailable()),
                now);
        return family(
                        "container_cpu_usage_seconds_total",
                        "counter",
                        "Cumulative cpu time consumed by the container in core-seconds",
                        cpu)
                + family(
                        "container_memory_working_set_bytes",
                        "gauge",
                        "Current working set of the container in bytes",
                        memory)
                + family(
                        "container_start_time_seconds",
                        "gauge",
                        "Start time of the container since unix epoch in seconds",
                        start)
                + family(
                        "node_cpu_usage_seconds_total",
                        "counter",
                        "Cumulative cpu time consumed by the node in core-seconds",
                        nodeCpu)
                + family(
                        "node_memory_working_set_bytes",
                        "gauge",
                        "Current working set of the node in bytes",
                        nodeMemory)
                + family(
                        "pod_cpu_usage_seconds_total",
                        "counter",
                        "Cumulative cpu time consumed by the pod in core-seconds",
                        podCpu)
                + family(
                        "pod_memory_working_set_bytes",
                        "gauge",
                        "Current working set of the pod in bytes",
                        podMemory)
                + family(
                        "resource_scrape_error",
                        "gauge",
                        "1 if there was an error while getting container metrics, 0 otherwise",
                        new StringBuilder("resource_scrape_error 0\n"));
    }

    /// The same numbers under cAdvisor's names.
    String cadvisorMetrics() throws CriException {
        var metrics = new CadvisorMetrics(tools.timers().now().toEpochMilli());
        metrics.addMachine(
                Runtime.getRuntime().availableProcessors(), tools.settings().memoryCapacity());
        for (var use : uses()) {
            var group = cgroup(use.pod());
            var ofPod =
                    new CadvisorMetrics.OfPod(
                            use.pod(),
                            group,
                            tools.cgroups().cpuNanos(group),
                            tools.cgroups().workingSet(group));
            metrics.addPod(ofPod);
            for (var stats : use.containers()) {
                PodFacts.container(use.pod(), nameOf(stats))
                        .ifPresent(container ->
                                metrics.addContainer(
                                        ofPod,
                                        stats,
                                        limits(use.pod(), container),
                                        startOf(use.pod(), stats).orElse(0)));
            }
        }
        return metrics.text();
    }

    private CadvisorMetrics.Limits limits(Pod pod, Container container) {
        var resources = PodResources.ofContainer(pod, container, tools.settings().memoryCapacity());
        return new CadvisorMetrics.Limits(
                container.getImage(),
                resources.getCpuShares(),
                resources.getCpuQuota(),
                resources.getMemoryLimitInBytes());
    }

    private List<PodUse> uses() throws CriException {
        var byUid = new HashMap<String, List<ContainerStats>>();
        for (var stats : tools.runtime().listContainerStats()) {
            byUid.computeIfAbsent(
                            stats.getAttributes().getLabelsOrDefault(RuntimePod.LABEL_UID, ""),
                            _ -> new ArrayList<>())
                    .add(stats);
        }
        var uses = new ArrayList<PodUse>();
        for (var pod : pods.pods()) {
            var containers = byUid.get(PodFacts.uid(pod));
            if (containers != null) {
                uses.add(new PodUse(pod, containers));
            }
        }
        return uses;
    }

    private Map<String, Object> podSummary(PodUse use, Instant now) {
        var meta = use.pod().getMetadata();
        var pod = new LinkedHashMap<String, Object>();
        pod.put(
                "podRef",
                Map.of(
                        "name", meta.getName(),
                        "namespace", meta.getNamespace(),
                        "uid", meta.getUid()));
        var status = use.pod().getStatus();
        if (status != null && status.getStartTime() != null) {
            pod.put("startTime", status.getStartTime());
        }
        var containers = new ArrayList<Map<String, Object>>();
        for (var stats : use.containers()) {
            containers.add(containerSummary(use.pod(), stats, now));
        }
        pod.put("containers", containers);
        pod.put("cpu", cpu("pod/" + meta.getUid(), now, podCpuNanos(use)));
        pod.put("memory", Map.of("time", now.toString(), "workingSetBytes", podWorkingSet(use)));
        return pod;
    }

    private Map<String, Object> containerSummary(Pod pod, ContainerStats stats, Instant now) {
        var container = new LinkedHashMap<String, Object>();
        container.put("name", nameOf(stats));
        startOf(pod, stats)
                .ifPresent(nanos ->
                        container.put("startTime", Times.of(Instant.ofEpochSecond(0, nanos))));
        container.put("cpu", cpu(stats.getAttributes().getId(), now, cpuOf(stats)));
        var memory = new LinkedHashMap<String, Object>();
        memory.put("time", now.toString());
        memory.put("workingSetBytes", stats.getMemory().getWorkingSetBytes().getValue());
        if (stats.getMemory().hasUsageBytes()) {
            memory.put("usageBytes", stats.getMemory().getUsageBytes().getValue());
            memory.put("rssBytes", stats.getMemory().getRssBytes().getValue());
        }
        container.put("memory", memory);
        container.put(
                "rootfs",
                Map.of(
                        "time", now.toString(),
                        "usedBytes", stats.getWritableLayer().getUsedBytes().getValue(),
                        "inodesUsed", stats.getWritableLayer().getInodesUsed().getValue()));
        return container;
    }

    private Map<String, Object> nodeMemory(Instant now) throws IOException {
        long available = Machine.memoryAvailable();
        var memory = new LinkedHashMap<String, Object>();
        memory.put("time", now.toString());
        memory.put("availableBytes", available);
        memory.put("workingSetBytes", tools.settings().memoryCapacity() - available);
        return memory;
    }

    private Map<String, Object> disk(Instant now) throws IOException {
        var store = Files.getFileStore(tools.paths().root());
        var disk = new LinkedHashMap<String, Object>();
        disk.put("time", now.toString());
        disk.put("availableBytes", store.getUsableSpace());
        disk.put("capacityBytes", store.getTotalSpace());
        disk.put("usedBytes", store.getTotalSpace() - store.getUnallocatedSpace());
        return disk;
    }

    private Map<String, Object> cpu(String key, Instant now, long usageNanos) {
        var cpu = new LinkedHashMap<String, Object>();
        cpu.put("time", now.toString());
        cpu.put("usageNanoCores", rate(key, usageNanos));
        cpu.put("usageCoreNanoSeconds", usageNanos);
        return cpu;
    }

    private long rate(String key, long usageNanos) {
        long now = tools.timers().nanoTime();
        synchronized (samples) {
            var last = samples.get(key);
            if (last != null && now - last.atNanos() < RATE_MIN_NANOS) {
                return last.rate();
            }
            long rate =
                    last == null
                            ? 0
                            : (long)
                                    (Math.max(0, usageNanos - last.usageNanos())
                                            * 1e9
                                            / (now - last.atNanos()));
            if (samples.size() >= REMEMBERED_MAX) {
                samples.clear();
            }
            samples.put(key, new Sample(now, usageNanos, rate));
            return rate;
        }
    }

    /// The pod's own group knows also of the sandbox; without one the containers are added up.
    private long podCpuNanos(PodUse use) {
        OptionalLong ofGroup = tools.cgroups().cpuNanos(cgroup(use.pod()));
        return ofGroup.orElseGet(
                () -> use.containers().stream().mapToLong(Statistics::cpuOf).sum());
    }

    private long podWorkingSet(PodUse use) {
        OptionalLong ofGroup = tools.cgroups().workingSet(cgroup(use.pod()));
        return ofGroup.orElseGet(() ->
                use.containers().stream()
                        .mapToLong(stats -> stats.getMemory().getWorkingSetBytes().getValue())
                        .sum());
    }

    private String cgroup(Pod pod) {
        return PodResources.cgroupOf(pod, tools.paths().cgroupParent());
    }

    private OptionalLong startOf(Pod pod, ContainerStats stats) {
        return pods.actual(PodFacts.uid(pod)).containers().stream()
                .filter(status -> status.getId().equals(stats.getAttributes().getId()))
                .mapToLong(io.j8s.cri.v1.ContainerStatus::getStartedAt)
                .findFirst();
    }

    private static String nameOf(ContainerStats stats) {
        return stats.getAttributes().getMetadata().getName();
    }

    private static long cpuOf(ContainerStats stats) {
        return stats.getCpu().getUsageCoreNanoSeconds().getValue();
    }

    /// All but idle and waiting for disks, of all processors.
    private static long nodeCpuNanos() throws IOException {
        var words = List.of(Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +", -1));
        long ticks = 0;
        for (int i = 1; i < Math.min(9, words.size()); i++) {
            if (i != 4 && i != 5) {
                ticks += Long.parseLong(words.get(i));
            }
        }
        return ticks * (1_000_000_000 / TICKS_PER_SECOND);
    }

    private static void line(
            StringBuilder out, String name, String labels, String value, long millis) {
        out.append(name).append(labels).append(' ').append(value).append(' ');
        out.append(millis).append('\n');
    }

    private static String family(String name, String type, String help, StringBuilder lines) {
        return "# HELP %s [STABLE] %s\n# TYPE %s %s\n%s".formatted(name, help, name, type, lines);
    }

    private static String seconds(long nanos) {
        return java.math.BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString();
    }
}
