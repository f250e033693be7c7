package io.j8s.conformance.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A machine that has joined a cluster by `j8s agent`.
final class JoinedNode implements AutoCloseable {

    private static final Duration READY_MAX = Duration.ofMinutes(2);
    private static final Duration END_MAX = Duration.ofMinutes(2);

    private final Machines.Machine machine;
    private final Path directory;
    private Process process;
    private Drain out;
    private Drain err;

    private JoinedNode(Machines.Machine machine, Path directory, List<String> join)
            throws IOException {
        this.machine = machine;
        this.directory = directory;
        launch(join);
    }

    /// Starts the agent; [#awaitReady] waits for it.
    ///
    /// @param joinCommand as `j8s token create` shows it
    static JoinedNode start(Machines.Machine machine, String joinCommand, String... more) {
        try {
            var words = new ArrayList<>(List.of(joinCommand.strip().split("\\s+", -1)));
            words.removeFirst(); // j8s
            words.addAll(List.of("--node-name", machine.name()));
            words.addAll(List.of(more));
            return new JoinedNode(machine, Files.createTempDirectory("j8s-e2e-agent-"), words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Machines.Machine machine() {
        return machine;
    }

    Path directory() {
        return directory;
    }

    void awaitReady() {
        Eventually.until(
                "j8s agent on " + machine.name() + " is ready",
                READY_MAX,
                () -> out.soFar(),
                text -> text.contains("\nready in ") || !process.isAlive(),
                this::dump);
        if (!process.isAlive()) {
            throw new AssertionError("j8s agent ended before it was ready\n" + dump());
        }
    }

    void load(Image image) {
        j8s("image", "load", image.archive().toString()).expectSuccess();
    }

    /// Runs a j8s command on this machine and its data directory.
    Shell.Output j8s(String... args) {
        var command = new ArrayList<String>();
        command.add(Cluster.launcher().toString());
        command.addAll(List.of(args));
        command.addAll(List.of("--data-dir", directory.toString()));
        return Shell.plain().within(Duration.ofMinutes(2)).run(machine.inside(command), "");
    }

    void stop() {
        process.destroy();
        awaitEnd();
    }

    void kill() {
        process.descendants(); // pods are in sessions of their own and stay
        process.destroyForcibly();
        awaitEnd();
    }

    /// Starts again with what it remembers: neither server nor token are given.
    void restart() {
        try {
            launch(List.of("agent", "--node-name", machine.name()));
            awaitReady();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        awaitEnd();
        j8s("down").expectSuccess();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String dump() {
        return "out: %s%nerr: %s%nlog: %s".formatted(out.soFar(), err.soFar(), logTail());
    }

    private void launch(List<String> arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(Cluster.launcher().toString());
        command.addAll(arguments);
        command.addAll(List.of("--data-dir", directory.toString()));
        process = Shell.plain().start(machine.inside(command));
        out = new Drain(process.getInputStream());
        err = new Drain(process.getErrorStream());
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(END_MAX)) {
                process.destroyForcibly();
                throw new AssertionError("j8s agent did not end within " + END_MAX + "\n" + dump());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
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
