package io.j8s.nodeagent.runtime;

import io.j8s.cri.v1.ContainerFilter;
import io.j8s.cri.v1.ContainerState;
import io.j8s.cri.v1.ContainerStateValue;
import io.j8s.cri.v1.PodSandboxFilter;
import io.j8s.machinery.timers.Deadline;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.cri.GrpcContainerRuntime;
import io.j8s.nodeagent.linux.FileTrees;
import io.j8s.nodeagent.linux.Mounts;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/// `j8s down` for the node part of one instance: leaves no container, process, mount, network
/// namespace, link, rule or cgroup of it. Images stay, they are data. Idempotent, and needs nothing
/// of what was running: first the polite way through the runtime, then whatever is left by its
/// name.
public final class Teardown {

    private static final Logger log = LoggerFactory.getLogger(Teardown.class);
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration CGROUPS_MAX = Duration.ofSeconds(10);
    private static final Path CNI_RESULTS = Path.of("/var/lib/cni/results");

    private final NodePaths paths;
    private final Timers timers;
    private final List<String> problems = new ArrayList<>();

    public Teardown(NodePaths paths, Timers timers) {
        this.paths = paths;
        this.timers = timers;
    }

    /// @return what could not be removed, one sentence each; empty when all is gone
    public List<String> run() throws InterruptedException {
        attempt("stopping pods", this::stopPods);
        attempt("stopping containerd", this::stopRuntime);
        attempt("stopping what is left of containers", this::killLeftovers);
        attempt("removing mounts", this::removeMounts);
        attempt("removing firewall rules", this::removeTables);
        attempt("removing routes", () -> PodRoutes.removeAll(paths));
        attempt("removing network links", this::removeLinks);
        attempt("removing port mappings", this::removePortMappings);
        attempt("removing CNI results", this::removeNetworkState);
        attempt("removing cgroups", this::removeCgroups);
        attempt("removing files", this::removeFiles);
        return List.copyOf(problems);
    }

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private void attempt(String what, Step step) throws InterruptedException {
        try {
            step.run();
        } catch (IOException | RuntimeException e) {
            problems.add(what + ": " + e.getMessage());
        }
    }

    /// Pods have network state outside of us (CNI), which only the runtime removes completely; so a
    /// runtime that is down is started once more when there are pods.
    private void stopPods() throws IOException, InterruptedException {
        if (ContainerRuntimeProcess.running(paths).isEmpty() && !hasPods()) {
            return;
        }
        try (var process = new ContainerRuntimeProcess(paths, timers)) {
            process.start(watcher -> {});
            var runtime = process.runtime();
            stopContainers(runtime);
            removeSandboxes(runtime);
        } catch (CriException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private boolean hasPods() throws IOException {
        return !children(paths.runtimeState().resolve("io.containerd.runtime.v2.task/k8s.io"))
                        .isEmpty()
                || children(CNI_RESULTS).stream().anyMatch(this::isOurResult);
    }

    private void stopContainers(GrpcContainerRuntime runtime)
            throws CriException, InterruptedException {
        var running =
                ContainerFilter.newBuilder()
                        .setState(
                                ContainerStateValue.newBuilder()
                                        .setState(ContainerState.CONTAINER_RUNNING))
                        .build();
        var calls = new ArrayList<Callable<Void>>();
        for (var container : runtime.listContainers(running)) {
            calls.add(() -> {
                runtime.stopContainer(container.getId(), GRACE);
                return null;
            });
        }
        all(calls);
    }

    private void removeSandboxes(GrpcContainerRuntime runtime)
            throws CriException, InterruptedException {
        var calls = new ArrayList<Callable<Void>>();
        for (var sandbox : runtime.listPodSandboxes(PodSandboxFilter.getDefaultInstance())) {
            calls.add(() -> {
                runtime.stopPodSandbox(sandbox.getId());
                runtime.removePodSandbox(sandbox.getId());
                return null;
            });
        }
        all(calls);
    }

    private static void all(List<Callable<Void>> calls) throws InterruptedException {
        // what fails here is removed by force later
        try (var tasks = Executors.newFixedThreadPool(8, Thread.ofVirtual().factory())) {
            tasks.invokeAll(calls);
        }
    }

    private void stopRuntime() throws IOException, InterruptedException {
        var running = ContainerRuntimeProcess.running(paths);
        if (running.isPresent()) {
            ContainerRuntimeProcess.stop(running.get(), timers);
        }
    }

    /// Shims and containers that outlived their runtime: by our socket's name, by our cgroup.
    private void killLeftovers() throws IOException, InterruptedException {
        for (int round = 0; round < 50; round++) {
            var left = leftovers();
            if (left.isEmpty()) {
                return;
            }
            left.forEach(ProcessHandle::destroyForcibly);
            timers.sleep(Duration.ofMillis(100));
        }
        throw new IOException("processes do not end: " + leftovers());
    }

    private List<ProcessHandle> leftovers() throws IOException {
        var found = new ArrayList<ProcessHandle>();
        for (var process : ProcessHandle.allProcesses().toList()) {
            if (process.pid() != ProcessHandle.current().pid() && isLeftover(process.pid())) {
                found.add(process);
            }
        }
        return found;
    }

    private boolean isLeftover(long pid) {
        try {
            var proc = Path.of("/proc", Long.toString(pid));
            var command = Files.readString(proc.resolve("cmdline"));
            return (command.contains("containerd-shim")
                            && command.contains(paths.socket().toString()))
                    || Files.readString(proc.resolve("cgroup"))
                            .contains(":" + paths.cgroupParent() + "/");
        } catch (IOException e) {
            return false; // ended meanwhile
        }
    }

    private void removeMounts() throws IOException {
        // shims that were killed leave the names of their sockets in their bundles
        var tasks = paths.runtimeState().resolve("io.containerd.runtime.v2.task/k8s.io");
        for (var bundle : children(tasks)) {
            var address = bundle.resolve("address");
            if (Files.exists(address)) {
                var socket = Files.readString(address).strip();
                Files.deleteIfExists(Path.of(socket.replaceFirst("^unix://", "")));
            }
        }
        Mounts.unmountBelow(paths.run());
        Mounts.unmountBelow(paths.root());
    }

    private void removeTables() throws IOException, InterruptedException {
        for (var line :
                HostCommand.run(COMMAND_TIMEOUT, "nft", "list", "tables").lines().toList()) {
            var words = line.split(" ", -1); // table inet j8s_12345678
            if (words.length == 3 && words[2].contains(paths.instance().value())) {
                HostCommand.run(COMMAND_TIMEOUT, "nft", "delete", "table", words[1], words[2]);
            }
        }
    }

    private void removeLinks() throws IOException, InterruptedException {
        // /sys shows the links of the namespace that it was mounted in, which need not be ours
        for (var link : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            var name = link.getName();
            if (name.contains(paths.instance().value())) {
                HostCommand.run(COMMAND_TIMEOUT, "ip", "link", "delete", name);
            }
        }
    }

    /// Those of pods that could not be removed through the runtime.
    private void removePortMappings() throws IOException, InterruptedException {
        new PortMappingRemoval(List.of(), paths.name(), timers).run();
    }

    private void removeNetworkState() throws IOException {
        for (var result : children(CNI_RESULTS)) {
            if (isOurResult(result)) {
                Files.deleteIfExists(result);
            }
        }
        FileTrees.delete(paths.cniAddresses());
    }

    private boolean isOurResult(Path result) {
        return result.getFileName().toString().startsWith(paths.name() + "-");
    }

    private void removeCgroups() throws IOException, InterruptedException {
        var name = paths.cgroupParent().substring(1);
        var root = Path.of("/sys/fs/cgroup");
        var limit = timers.deadline(CGROUPS_MAX);
        removeCgroup(root.resolve(name), limit);
        for (var controller : children(root)) {
            removeCgroup(controller.resolve(name), limit);
        }
    }

    /// A cgroup is busy for a moment more after its last process was killed.
    void removeCgroup(Path cgroup, Deadline limit) throws IOException, InterruptedException {
        while (Files.isDirectory(cgroup)) {
            try {
                deleteDirectories(cgroup);
            } catch (IOException e) {
                if (limit.hasPassed()) {
                    throw e;
                }
                timers.sleep(Duration.ofMillis(100));
            }
        }
    }

    private static void deleteDirectories(Path root) throws IOException {
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failure)
                            throws IOException {
                        if (failure instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE; // gone meanwhile
                        }
                        throw failure;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path directory, @Nullable IOException failure) throws IOException {
                        Files.deleteIfExists(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private void removeFiles() throws IOException {
        FileTrees.delete(paths.run());
        FileTrees.delete(paths.pods());
        FileTrees.delete(paths.podLogs());
        log.atInfo().addKeyValue("instance", paths.name()).log("removed the node part");
    }

    private static List<Path> children(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }
}
