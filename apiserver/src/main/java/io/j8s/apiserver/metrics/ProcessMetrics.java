package io.j8s.apiserver.metrics;

import io.j8s.apiserver.features.FeatureGates;
import io.j8s.machinery.version.KubernetesVersion;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/// What every component of upstream's tells of itself: the build, the feature gates, and the
/// process as Go's client library does. All of it is read when somebody scrapes.
public final class ProcessMetrics {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;
    private static final int KIB = 1024;

    private ProcessMetrics() {}

    public static void register(PrometheusRegistry registry) {
        build(registry);
        features(registry);
        CounterWithCallback.builder()
                .name("process_cpu_seconds_total")
                .help("Total user and system CPU time spent in seconds.")
                .callback(callback ->
                        callback.call(ofSystem(system -> system.getProcessCpuTime() / NANOS)))
                .register(registry);
        gauge(
                registry,
                "process_max_fds",
                "Maximum number of open file descriptors.",
                () ->
                        ofSystem(
                                com.sun.management.UnixOperatingSystemMXBean
                                        ::getMaxFileDescriptorCount));
        gauge(
                registry,
                "process_open_fds",
                "Number of open file descriptors.",
                () ->
                        ofSystem(
                                com.sun.management.UnixOperatingSystemMXBean
                                        ::getOpenFileDescriptorCount));
        gauge(
                registry,
                "process_resident_memory_bytes",
                "Resident memory size in bytes.",
                () -> bytes("VmRSS:"));
        gauge(
                registry,
                "process_virtual_memory_bytes",
                "Virtual memory size in bytes.",
                () -> bytes("VmSize:"));
        gauge(
                registry,
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                () -> ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS);
    }

    private static void build(PrometheusRegistry registry) {
        GaugeWithCallback.builder()
                .name("kubernetes_build_info")
                .help(
                        "[BETA] A metric with a constant '1' value labeled by major, minor, git"
                            + " version, git commit, git tree state, build date, Go version, and"
                            + " compiler from which Kubernetes was built, and platform on which it"
                            + " is running.")
                .labelNames(
                        "major",
                        "minor",
                        "git_version",
                        "git_commit",
                        "git_tree_state",
                        "build_date",
                        "go_version",
                        "compiler",
                        "platform")
                .callback(callback ->
                        callback.call(
                                1,
                                KubernetesVersion.MAJOR,
                                KubernetesVersion.MINOR,
                                KubernetesVersion.GIT_VERSION,
                                KubernetesVersion.GIT_COMMIT,
                                KubernetesVersion.GIT_TREE_STATE,
                                KubernetesVersion.BUILD_DATE,
                                KubernetesVersion.GO_VERSION,
                                KubernetesVersion.COMPILER,
                                KubernetesVersion.platform()))
                .register(registry);
    }

    private static void features(PrometheusRegistry registry) {
        GaugeWithCallback.builder()
                .name("kubernetes_feature_enabled")
                .help(
                        "[BETA] This metric records the data about the stage and enablement of a"
                                + " k8s feature.")
                .labelNames("name", "stage")
                .callback(callback ->
                        FeatureGates.states()
                                .forEach(state ->
                                        callback.call(
                                                state.isOn() ? 1 : 0, state.name(), state.stage())))
                .register(registry);
    }

    private static void gauge(
            PrometheusRegistry registry, String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    private static double ofSystem(
            ToDoubleFunction<com.sun.management.UnixOperatingSystemMXBean> value) {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.UnixOperatingSystemMXBean system
                ? value.applyAsDouble(system)
                : 0;
    }

    private static double bytes(String field) {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(field)) {
                    return Double.parseDouble(line.replaceAll("\\D", "")) * KIB;
                }
            }
        } catch (IOException _) {
            // no such file system here
        }
        return 0;
    }
}
