package io.j8s.nodeagent.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.ContainerStats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// `/metrics/cadvisor`: one series a container and one a pod, under the names that dashboards know
/// from cAdvisor. Pure: numbers come in, text goes out.
final class CadvisorMetrics {

    private static final long CPU_PERIOD_US = 100_000;

    private final Map<String, Family> families = new LinkedHashMap<>();
    private final long millis;

    private record Family(String type, String help, List<String> lines) {}

    /// What one pod uses as a whole.
    ///
    /// @param cgroup its control group
    record OfPod(Pod pod, String cgroup, OptionalLong cpuNanos, OptionalLong workingSet) {}

    CadvisorMetrics(long millis) {
        this.millis = millis;
    }

    void addMachine(int processors, long memoryBytes) {
        add("machine_cpu_cores", "gauge", "Number of logical CPU cores.", "", "" + processors);
        add(
                "machine_memory_bytes",
                "gauge",
                "Amount of memory installed on the machine.",
                "",
                "" + memoryBytes);
        add(
                "container_scrape_error",
                "gauge",
                "1 if there was an error while getting container metrics, 0 otherwise",
                "",
                "0");
    }

    void addPod(OfPod use) {
        var labels = labels(use.pod(), "", use.cgroup(), "", "");
        use.cpuNanos().ifPresent(nanos -> addCpu(use.pod(), "", use.cgroup(), "", "", nanos));
        use.workingSet()
                .ifPresent(bytes ->
                        gauge(
                                "container_memory_working_set_bytes",
                                "Current working set in bytes.",
                                labels,
                                bytes));
        seen(labels);
    }

    /// @param limits how the spec limits it
    /// @param startedAtNanos 0 when it is not known
    void addContainer(OfPod of, ContainerStats stats, Limits limits, long startedAtNanos) {
        var name = stats.getAttributes().getMetadata().getName();
        var id = stats.getAttributes().getId();
        var group = of.cgroup() + "/" + id;
        var labels = labels(of.pod(), name, group, limits.image(), id);
        addCpu(
                of.pod(),
                name,
                group,
                limits.image(),
                id,
                stats.getCpu().getUsageCoreNanoSeconds().getValue());
        var memory = stats.getMemory();
        gauge(
                "container_memory_working_set_bytes",
                "Current working set in bytes.",
                labels,
                memory.getWorkingSetBytes().getValue());
        gauge(
                "container_memory_usage_bytes",
                "Current memory usage in bytes, including all memory regardless of when it was"
                        + " accessed",
                labels,
                memory.hasUsageBytes()
                        ? memory.getUsageBytes().getValue()
                        : memory.getWorkingSetBytes().getValue());
        gauge(
                "container_memory_rss",
                "Size of RSS in bytes.",
                labels,
                memory.getRssBytes().getValue());
        var disk = stats.getWritableLayer();
        gauge(
                "container_fs_usage_bytes",
                "Number of bytes that are consumed by the container on this filesystem.",
                labels,
                disk.getUsedBytes().getValue());
        gauge(
                "container_spec_cpu_shares",
                "CPU share of the container.",
                labels,
                limits.cpuShares());
        gauge("container_spec_cpu_period", "CPU period of the container.", labels, CPU_PERIOD_US);
        if (limits.cpuQuotaUs() > 0) {
            gauge(
                    "container_spec_cpu_quota",
                    "CPU quota of the container.",
                    labels,
                    limits.cpuQuotaUs());
        }
        gauge(
                "container_spec_memory_limit_bytes",
                "Memory limit for the container.",
                labels,
                limits.memoryBytes());
        if (startedAtNanos > 0) {
            gauge(
                    "container_start_time_seconds",
                    "Start time of the container since unix epoch in seconds.",
                    labels,
                    startedAtNanos / 1_000_000_000);
        }
        seen(labels);
    }

    /// @param cpuQuotaUs 0 without a limit, as `memoryBytes`
    record Limits(String image, long cpuShares, long cpuQuotaUs, long memoryBytes) {}

    String text() {
        var out = new StringBuilder();
        families.forEach((name, family) -> {
            out.append("# HELP ").append(name).append(' ').append(family.help()).append('\n');
            out.append("# TYPE ").append(name).append(' ').append(family.type()).append('\n');
            family.lines().forEach(out::append);
        });
        return out.toString();
    }

    private void addCpu(
            Pod pod, String container, String group, String image, String name, long nanos) {
        add(
                "container_cpu_usage_seconds_total",
                "counter",
                "Cumulative cpu time consumed in seconds.",
                labels(pod, container, group, image, name)
                        .replace("{container=", "{cpu=\"total\",container="),
                Double.toString(nanos / 1e9));
    }

    private void seen(String labels) {
        gauge(
                "container_last_seen",
                "Last time a container was seen by the exporter",
                labels,
                millis / 1000);
    }

    private void gauge(String name, String help, String labels, long value) {
        add(name, "gauge", help, labels, Long.toString(value));
    }

    private void add(String name, String type, String help, String labels, String value) {
        families.computeIfAbsent(name, _ -> new Family(type, help, new ArrayList<>()))
                .lines()
                .add(name + labels + " " + value + " " + millis + "\n");
    }

    private static String labels(
            Pod pod, String container, String group, String image, String name) {
        return "{container=\"%s\",id=\"%s\",image=\"%s\",name=\"%s\",namespace=\"%s\",pod=\"%s\"}"
                .formatted(
                        container,
                        group,
                        image,
                        name,
                        pod.getMetadata().getNamespace(),
                        pod.getMetadata().getName());
    }
}
