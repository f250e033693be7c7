package io.j8s.nodeagent.runtime;

import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.cri.GrpcContainerRuntime;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/// The private containerd of an instance. It runs in a session of its own, so that it and the pods
/// outlive us; after our restart the running one is taken over. When it dies it is started again.
///
/// [#start] is called once; after that one thread of the given executor watches the process until
/// [#close], which leaves it running.
public final class ContainerRuntimeProcess implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ContainerRuntimeProcess.class);
    private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(30);
    private static final long LOG_BYTES_MAX = 20L * 1024 * 1024;

    private final NodePaths paths;
    private final Timers timers;
    private final GrpcContainerRuntime runtime;
    private volatile boolean closed;
    private @Nullable ProcessHandle watched; // of the watching thread

    public ContainerRuntimeProcess(NodePaths paths, Timers timers) {
        this.paths = paths;
        this.timers = timers;
        this.runtime = new GrpcContainerRuntime(paths.socket());
    }

    /// The client of this process; it stays usable when the process is started anew.
    public GrpcContainerRuntime runtime() {
        return runtime;
    }

    /// Returns when the runtime answers and has the sandbox image.
    public void start(Executor watcher) throws IOException, InterruptedException {
        for (var directory :
                new Path[] {
                    paths.root(), paths.run(), paths.logs(), paths.registries(), paths.cniConfig()
                }) {
            Files.createDirectories(directory);
        }
        boolean isNewConfig = writeConfig();
        var running = running(paths);
        if (running.isPresent() && isNewConfig) {
            stop(running.get(), timers);
            running = Optional.empty();
        }
        if (running.isEmpty()) {
            launch();
        }
        awaitReady();
        loadSandboxImage();
        watcher.execute(this::watch);
    }

    @Override
    public void close() {
        closed = true;
        runtime.close();
    }

    /// The containerd of this instance, if it runs; whoever started it.
    static Optional<ProcessHandle> running(NodePaths paths) throws IOException {
        if (!Files.exists(paths.runtimePid())) {
            return Optional.empty();
        }
        long pid;
        try {
            pid = Long.parseLong(Files.readString(paths.runtimePid()).strip());
        } catch (NumberFormatException e) {
            return Optional.empty(); // cut off by a crash while being written
        }
        // the number may have been given to another process meanwhile
        return ProcessHandle.of(pid).filter(process -> isOurs(pid, paths));
    }

    private static boolean isOurs(long pid, NodePaths paths) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"))
                    .contains(paths.runtimeConfig().toString());
        } catch (IOException e) {
            return false; // ended
        }
    }

    static void stop(ProcessHandle process, Timers timers) throws InterruptedException {
        process.destroy();
        var polite = timers.deadline(STOP_TIMEOUT);
        var last = timers.deadline(STOP_TIMEOUT.multipliedBy(2));
        while (process.isAlive() && !last.hasPassed()) {
            if (polite.hasPassed()) {
                process.destroyForcibly();
            }
            timers.sleep(Duration.ofMillis(20));
        }
    }

    private boolean writeConfig() throws IOException {
        var wanted = ContainerdConfig.of(paths, PodNetwork.pluginDirectory());
        boolean isSame =
                Files.exists(paths.runtimeConfig())
                        && Files.readString(paths.runtimeConfig()).equals(wanted);
        if (!isSame) {
            Files.writeString(paths.runtimeConfig(), wanted);
        }
        return !isSame;
    }

    private void launch() throws IOException {
        if (Files.exists(paths.runtimeLog()) && Files.size(paths.runtimeLog()) > LOG_BYTES_MAX) {
            Files.move(
                    paths.runtimeLog(),
                    paths.logs().resolve("containerd.log.1"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        var output = ProcessBuilder.Redirect.appendTo(paths.runtimeLog().toFile());
        // setsid becomes containerd: a child of ours leads no process group, so nothing forks
        var process =
                new ProcessBuilder("setsid", "containerd", "-c", paths.runtimeConfig().toString())
                        .redirectInput(new java.io.File("/dev/null"))
                        .redirectOutput(output)
                        .redirectError(output)
                        .start();
        Files.writeString(paths.runtimePid(), Long.toString(process.pid()));
        log.atInfo().addKeyValue("pid", process.pid()).log("started containerd");
    }

    private void awaitReady() throws IOException, InterruptedException {
        var deadline = timers.deadline(READY_TIMEOUT);
        while (true) {
            try {
                runtime.reconnect();
                runtime.version();
                return;
            } catch (CriException e) {
                if (deadline.hasPassed() || running(paths).isEmpty()) {
                    throw new IOException(
                            "containerd does not start; see "
                                    + paths.runtimeLog()
                                    + ": "
                                    + e.getMessage());
                }
            }
            timers.sleep(Duration.ofMillis(20));
        }
    }

    private void loadSandboxImage() throws IOException, InterruptedException {
        try {
            if (runtime.imageStatus(PauseImage.NAME).isPresent()) {
                return;
            }
            var archive = paths.run().resolve("pause.tar");
            PauseImage.writeArchive(archive);
            ImageArchive.load(paths.socket(), archive);
            Files.delete(archive);
        } catch (CriException e) {
            throw new IOException("containerd does not answer: " + e.getMessage(), e);
        }
    }

    private void watch() {
        var backoff = LOOK_INTERVAL;
        try {
            while (!closed) {
                timers.sleep(LOOK_INTERVAL);
                if (closed || isRunning()) {
                    backoff = LOOK_INTERVAL;
                    continue;
                }
                log.atWarn().log("containerd has ended; starting it again");
                timers.sleep(backoff);
                backoff = min(backoff.multipliedBy(2), BACKOFF_MAX);
                relaunch();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Asks for the process that was found before: its files are read only when that one is gone.
    private boolean isRunning() {
        var before = watched;
        if (before != null && before.isAlive()) {
            return true;
        }
        try {
            watched = running(paths).orElse(null);
            return watched != null;
        } catch (IOException e) {
            return false;
        }
    }

    private void relaunch() throws InterruptedException {
        try {
            launch();
            awaitReady();
        } catch (IOException e) {
            log.atError().setCause(e).log("containerd can't be started again");
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
