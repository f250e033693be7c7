package io.j8s.apiserver.metrics;

import io.j8s.apiserver.cache.Freshness;
import io.j8s.apiserver.registry.Registry;
import io.j8s.machinery.version.KubernetesVersion;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/// What is asked only when somebody scrapes: stored objects, and the process as Go's client library
/// tells of it.
public final class StateMetrics {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;
    private static final int KIB = 1024;

    private StateMetrics() {}

    public static void register(PrometheusRegistry registry, Registry objects) {
        GaugeWithCallback.builder()
                .name("apiserver_storage_objects")
                .help(
                        "Number of stored objects at the time of last check split by kind. In case"
                                + " of a fetching error, the value will be -1.")
                .labelNames("resource")
                .callback(callback -> {
                    for (var resource : objects.all()) {
                        var snapshot = resource.reader().now(Freshness.ANY);
                        if (snapshot != null && snapshot.isLocal()) {
                            callback.call(count(snapshot), resource.groupResource().toString());
                        }
                    }
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("kubernetes_build_info")
                .help(
                        "A metric with a constant '1' value labeled by major, minor, git version,"
                            + " git commit, git tree state, build date, Go version, and compiler"
                            + " from which Kubernetes was built, and platform on which it is"
                            + " running.")
                .labelNames("major", "minor", "git_version", "platform")
                .callback(callback ->
                        callback.call(
                                1,
                                KubernetesVersion.MAJOR,
                                KubernetesVersion.MINOR,
                                KubernetesVersion.GIT_VERSION,
                                "linux/" + System.getProperty("os.arch", "")))
                .register(registry);
        process(registry);
    }

    private static double count(io.j8s.apiserver.cache.ObjectSnapshot snapshot) {
        try {
            return snapshot.count();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    private static void process(PrometheusRegistry registry) {
        CounterWithCallback.builder()
                .name("process_cpu_seconds_total")
                .help("Total user and system CPU time spent in seconds.")
                .callback(callback -> callback.call(cpuSeconds()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("process_resident_memory_bytes")
                .help("Resident memory size in bytes.")
                .callback(callback -> callback.call(residentBytes()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("process_start_time_seconds")
                .help("Start time of the process since unix epoch in seconds.")
                .callback(callback ->
                        callback.call(ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS))
                .register(registry);
    }

    private static double cpuSeconds() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime() / NANOS
                : 0;
    }

    private static double residentBytes() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("VmRSS:")) {
                    return Double.parseDouble(line.replaceAll("\\D", "")) * KIB;
                }
            }
        } catch (IOException _) {
            // no such file system here
        }
        return 0;
    }
}
