package io.j8s.conformance.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A cluster made by the real `./j8s up` in a directory of its own, with ports and address ranges
/// that a cluster of the user does not use.
final class Cluster implements AutoCloseable {

    private static final Duration READY_MAX = Duration.ofMinutes(3); // the launcher may build first

    private final Path directory;
    private final List<String> flags;
    private Process process;
    private Drain out;
    private Drain err;

    private Cluster(Path directory, List<String> flags) throws IOException {
        this.directory = directory;
        this.flags = flags;
        process = launch();
        out = new Drain(process.getInputStream());
        err = new Drain(process.getErrorStream());
    }

    /// Starts one and waits for its `ready` line.
    ///
    /// @param second the second byte of its address ranges, e.g. 142 for 10.142.0.0/16
    static Cluster start(int second, String... more) {
        try {
            var directory = Files.createTempDirectory("j8s-e2e-");
            var flags = new ArrayList<String>();
            flags.addAll(List.of("--data-dir", directory.toString(), "--port", "0"));
            flags.addAll(List.of("--agent-port", "0"));
            flags.addAll(List.of("--cluster-cidr", "10." + second + ".0.0/16"));
            flags.addAll(List.of("--service-cidr", "10." + (second + 1) + ".0.0/16"));
            flags.addAll(List.of(more));
            var cluster = new Cluster(directory, flags);
            cluster.awaitReady();
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path launcher() {
        for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("j8s"))) {
                return at.resolve("j8s");
            }
        }
        throw new AssertionError("no ./j8s above " + Path.of("").toAbsolutePath());
    }

    /// Runs another j8s command on this cluster's data directory.
    Shell.Output j8s(String... args) {
        var command = new ArrayList<String>();
        command.add(launcher().toString());
        command.addAll(List.of(args));
        command.addAll(List.of("--data-dir", directory.toString()));
        return Shell.plain().within(Duration.ofMinutes(2)).run(command, "");
    }

    Kubectl kubectl() {
        return new Kubectl(Kubectl.newest(), kubeconfig());
    }

    Kubectl kubectl(Path binary) {
        return new Kubectl(binary, kubeconfig());
    }

    Path kubeconfig() {
        return directory.resolve("kubeconfig");
    }

    Path directory() {
        return directory;
    }

    /// What `up` has printed so far.
    String printed() {
        return out.soFar();
    }

    long pid() {
        return process.pid();
    }

    /// Ends `up` as Ctrl-C or a service manager would; pods stay.
    ///
    /// @return its exit code
    int stop() {
        process.destroy();
        return awaitEnd();
    }

    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /// Starts `up` again on the same directory.
    void restart() {
        try {
            process = launch();
            out = new Drain(process.getInputStream());
            err = new Drain(process.getErrorStream());
            awaitReady();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Ends everything and removes the directory.
    @Override
    public void close() {
        stop();
        j8s("down");
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process launch() throws IOException {
        var command = new ArrayList<String>();
        command.addAll(List.of(launcher().toString(), "up"));
        command.addAll(flags);
        return Shell.plain().start(command);
    }

    private void awaitReady() {
        Eventually.until(
                "j8s up is ready",
                READY_MAX,
                () -> out.soFar(),
                text -> text.contains("\nready in ") || !process.isAlive(),
                this::dump);
        if (!process.isAlive()) {
            throw new AssertionError("j8s up ended before it was ready\n" + dump());
        }
    }

    private int awaitEnd() {
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("j8s up did not end within 30 s\n" + dump());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private String dump() {
        return "out: %s%nerr: %s%nlog: %s".formatted(out.soFar(), err.soFar(), logTail());
    }

    private String logTail() {
        try {
            var lines = Files.readAllLines(directory.resolve("j8s.log"));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
