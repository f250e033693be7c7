package io.j8s.nodeagent.node;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executor;

/// Delays the machine's shutdown until the pods have ended: holds systemd's delay lock and listens
/// for its word, both by programs that come with systemd and D-Bus. Where these are missing the
/// node goes on without, as upstream's does without a system bus. upstream: the node shutdown
/// manager
public final class SystemShutdown implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SystemShutdown.class);
    private static final String SIGNAL = "PrepareForShutdown";

    /// Ends the pods.
    @FunctionalInterface
    public interface Ending {
        void endPods() throws InterruptedException;
    }

    /// @param lock holds the delay lock for as long as it runs
    /// @param listen prints a line with `boolean true` when the machine is to go down
    public record Programs(List<String> lock, List<String> listen) {

        public static final Programs OF_SYSTEMD =
                new Programs(
                        List.of(
                                "systemd-inhibit",
                                "--what=shutdown",
                                "--mode=delay",
                                "--who=kubelet",
                                "--why=Kubelet needs time to handle node shutdown",
                                "sleep",
                                "infinity"),
                        List.of(
                                "dbus-monitor",
                                "--system",
                                "type='signal',interface='org.freedesktop.login1.Manager',"
                                        + "member='"
                                        + SIGNAL
                                        + "'"));

        public Programs {
            lock = List.copyOf(lock);
            listen = List.copyOf(listen);
        }
    }

    private final Ending ending;
    private @Nullable Process lock;
    private @Nullable Process listener;

    public SystemShutdown(Ending ending) {
        this.ending = ending;
    }

    /// Returns at once; what is missing is told in the log only.
    public SystemShutdown start(Programs programs, Executor threads) {
        try {
            synchronized (this) {
                lock = started(programs.lock());
                listener = started(programs.listen());
            }
            threads.execute(this::listen);
        } catch (IOException e) {
            log.atWarn()
                    .addKeyValue("cause", e.getMessage())
                    .log("pods will not have their time when this machine goes down");
            close();
        }
        return this;
    }

    private static Process started(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .start();
    }

    private void listen() {
        Process source;
        synchronized (this) {
            source = listener;
        }
        if (source == null) {
            return;
        }
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(source.getInputStream(), StandardCharsets.UTF_8))) {
            if (lines.lines().anyMatch(line -> line.strip().equals("boolean true"))) {
                log.atInfo().log("the machine goes down, ending pods");
                ending.endPods();
            } else {
                log.atWarn().log("nobody tells any more when this machine goes down");
            }
        } catch (IOException | UncheckedIOException e) {
            log.atDebug().setCause(e).log("no longer listening for the machine's shutdown");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(); // lets go of the lock
        }
    }

    @Override
    public synchronized void close() {
        for (var process : new @Nullable Process[] {lock, listener}) {
            if (process != null) {
                process.descendants().forEach(ProcessHandle::destroy);
                process.destroy();
            }
        }
    }
}
