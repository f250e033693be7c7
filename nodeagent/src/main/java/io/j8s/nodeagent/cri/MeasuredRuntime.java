package io.j8s.nodeagent.cri;

import io.j8s.cri.v1.AttachRequest;
import io.j8s.cri.v1.AuthConfig;
import io.j8s.cri.v1.Container;
import io.j8s.cri.v1.ContainerConfig;
import io.j8s.cri.v1.ContainerFilter;
import io.j8s.cri.v1.ContainerStats;
import io.j8s.cri.v1.ContainerStatus;
import io.j8s.cri.v1.ExecRequest;
import io.j8s.cri.v1.ExecSyncResponse;
import io.j8s.cri.v1.FilesystemUsage;
import io.j8s.cri.v1.Image;
import io.j8s.cri.v1.ImageSpec;
import io.j8s.cri.v1.LinuxContainerResources;
import io.j8s.cri.v1.PodSandbox;
import io.j8s.cri.v1.PodSandboxConfig;
import io.j8s.cri.v1.PodSandboxFilter;
import io.j8s.cri.v1.PodSandboxStatus;
import io.j8s.cri.v1.PortForwardRequest;
import io.j8s.cri.v1.StatusResponse;
import io.j8s.cri.v1.VersionResponse;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// A runtime whose every call is counted and timed, for `/metrics`. Safe for use by many threads.
public final class MeasuredRuntime implements ContainerRuntime {

    private final ContainerRuntime runtime;
    private final Timers timers;
    private final Map<String, Operation> operations = new ConcurrentSkipListMap<>();

    private record Operation(LongAdder calls, LongAdder errors, LongAdder nanos) {}

    private interface Call<T> {
        T make() throws CriException;
    }

    public MeasuredRuntime(ContainerRuntime runtime, Timers timers) {
        this.runtime = runtime;
        this.timers = timers;
    }

    /// In Prometheus' text form, under upstream's names.
    public String metrics() {
        var out = new StringBuilder();
        out.append("# HELP kubelet_runtime_operations_duration_seconds [ALPHA] Duration in seconds")
                .append(" of runtime operations. Broken down by operation type.\n")
                .append("# TYPE kubelet_runtime_operations_duration_seconds summary\n");
        operations.forEach((name, operation) -> {
            var label = "{operation_type=\"" + name + "\"} ";
            out.append("kubelet_runtime_operations_duration_seconds_sum")
                    .append(label)
                    .append(operation.nanos().sum() / 1e9)
                    .append("\nkubelet_runtime_operations_duration_seconds_count")
                    .append(label)
                    .append(operation.calls().sum())
                    .append('\n');
        });
        count(out, "kubelet_runtime_operations_total", "Cumulative number of", Operation::calls);
        count(
                out,
                "kubelet_runtime_operations_errors_total",
                "Cumulative number of errors of",
                Operation::errors);
        return out.toString();
    }

    private void count(
            StringBuilder out,
            String metric,
            String what,
            java.util.function.Function<Operation, LongAdder> value) {
        out.append(
                        "# HELP %s [ALPHA] %s runtime operations by operation type.\n"
                                .formatted(metric, what))
                .append("# TYPE %s counter\n".formatted(metric));
        operations.forEach((name, operation) ->
                out.append(
                        "%s{operation_type=\"%s\"} %d\n"
                                .formatted(metric, name, value.apply(operation).sum())));
    }

    private <T> T measured(String name, Call<T> call) throws CriException {
        var operation =
                operations.computeIfAbsent(
                        name,
                        _ -> new Operation(new LongAdder(), new LongAdder(), new LongAdder()));
        long begun = timers.nanoTime();
        try {
            return call.make();
        } catch (CriException e) {
            operation.errors().increment();
            throw e;
        } finally {
            operation.calls().increment();
            operation.nanos().add(timers.nanoTime() - begun);
        }
    }

    @Override
    public VersionResponse version() throws CriException {
        return measured("version", () -> runtime.version());
    }

    @Override
    public StatusResponse status() throws CriException {
        return measured("status", () -> runtime.status());
    }

    @Override
    public String runPodSandbox(PodSandboxConfig config, String handler) throws CriException {
        return measured("run_podsandbox", () -> runtime.runPodSandbox(config, handler));
    }

    @Override
    public void stopPodSandbox(String id) throws CriException {
        measured(
                "stop_podsandbox",
                () -> {
                    runtime.stopPodSandbox(id);
                    return true;
                });
    }

    @Override
    public void removePodSandbox(String id) throws CriException {
        measured(
                "remove_podsandbox",
                () -> {
                    runtime.removePodSandbox(id);
                    return true;
                });
    }

    @Override
    public PodSandboxStatus podSandboxStatus(String id) throws CriException {
        return measured("podsandbox_status", () -> runtime.podSandboxStatus(id));
    }

    @Override
    public List<PodSandbox> listPodSandboxes(PodSandboxFilter filter) throws CriException {
        return measured("list_podsandbox", () -> runtime.listPodSandboxes(filter));
    }

    @Override
    public String createContainer(
            String sandboxId, ContainerConfig config, PodSandboxConfig sandbox)
            throws CriException {
        return measured(
                "create_container", () -> runtime.createContainer(sandboxId, config, sandbox));
    }

    @Override
    public void startContainer(String id) throws CriException {
        measured(
                "start_container",
                () -> {
                    runtime.startContainer(id);
                    return true;
                });
    }

    @Override
    public void stopContainer(String id, Duration grace) throws CriException {
        measured(
                "stop_container",
                () -> {
                    runtime.stopContainer(id, grace);
                    return true;
                });
    }

    @Override
    public void removeContainer(String id) throws CriException {
        measured(
                "remove_container",
                () -> {
                    runtime.removeContainer(id);
                    return true;
                });
    }

    @Override
    public List<Container> listContainers(ContainerFilter filter) throws CriException {
        return measured("list_containers", () -> runtime.listContainers(filter));
    }

    @Override
    public ContainerStatus containerStatus(String id) throws CriException {
        return measured("container_status", () -> runtime.containerStatus(id));
    }

    @Override
    public void watchEvents(Consumer<String> listener) throws CriException {
        runtime.watchEvents(listener); // as long as the agent runs
    }

    @Override
    public void updateContainerResources(String id, LinuxContainerResources resources)
            throws CriException {
        measured(
                "update_container",
                () -> {
                    runtime.updateContainerResources(id, resources);
                    return true;
                });
    }

    @Override
    public void reopenContainerLog(String id) throws CriException {
        measured(
                "reopen_container_log",
                () -> {
                    runtime.reopenContainerLog(id);
                    return true;
                });
    }

    @Override
    public ExecSyncResponse execSync(String id, List<String> command, Duration timeout)
            throws CriException {
        return measured("exec_sync", () -> runtime.execSync(id, command, timeout));
    }

    @Override
    public String exec(ExecRequest request) throws CriException {
        return measured("exec", () -> runtime.exec(request));
    }

    @Override
    public String attach(AttachRequest request) throws CriException {
        return measured("attach", () -> runtime.attach(request));
    }

    @Override
    public String portForward(PortForwardRequest request) throws CriException {
        return measured("port_forward", () -> runtime.portForward(request));
    }

    @Override
    public List<ContainerStats> listContainerStats() throws CriException {
        return measured("list_container_stats", () -> runtime.listContainerStats());
    }

    @Override
    public List<Image> listImages() throws CriException {
        return measured("list_images", () -> runtime.listImages());
    }

    @Override
    public Optional<Image> imageStatus(String image) throws CriException {
        return measured("image_status", () -> runtime.imageStatus(image));
    }

    @Override
    public String pullImage(ImageSpec image, @Nullable AuthConfig auth, PodSandboxConfig sandbox)
            throws CriException {
        return measured("pull_image", () -> runtime.pullImage(image, auth, sandbox));
    }

    @Override
    public void removeImage(String image) throws CriException {
        measured(
                "remove_image",
                () -> {
                    runtime.removeImage(image);
                    return true;
                });
    }

    @Override
    public List<FilesystemUsage> imageFilesystems() throws CriException {
        return measured("image_fs_info", () -> runtime.imageFilesystems());
    }
}
