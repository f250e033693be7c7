package io.j8s.conformance.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A cluster made by the real `./j8s up` in a directory of its own, with ports and address ranges
/// that a cluster of the user does not use.
final class Cluster implements AutoCloseable {

    private static final Duration READY_MAX = Duration.ofMinutes(3); // the launcher may build first

    private static final Duration END_MAX = Duration.ofMinutes(2);
    private static final Pattern ADDRESS = Pattern.compile("\\b10\\.(\\d{1,3})\\.");
    private static final Set<Integer> GIVEN = new HashSet<>();

    private final Path directory;
    private final List<String> flags;
    private final Map<String, String> environment;
    private final Map<String, String> loaded = new ConcurrentHashMap<>(); // said by reference
    private Process process;
    private Drain out;
    private Drain err;

    private Cluster(Path directory, List<String> flags, Map<String, String> environment)
            throws IOException {
        this.directory = directory;
        this.flags = flags;
        this.environment = environment;
        process = launch();
        out = new Drain(process.getInputStream());
        err = new Drain(process.getErrorStream());
    }

    /// Starts one and waits for its `ready` line.
    static Cluster start(String... more) {
        try {
            return startIn(Files.createTempDirectory("j8s-e2e-"), Map.of(), more);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts one in a directory that need not exist.
    ///
    /// @param environment what `j8s` sees besides the test's own
    static Cluster startIn(Path directory, Map<String, String> environment, String... more) {
        try {
            int second = freeRange();
            var flags = new ArrayList<String>();
            flags.addAll(List.of("--data-dir", directory.toString(), "--port", "0"));
            flags.addAll(List.of("--agent-port", "0"));
            flags.addAll(List.of("--cluster-cidr", "10." + second + ".0.0/16"));
            if (!List.of(more).contains("--service-cidr")) { // servers of one cluster share it
                flags.addAll(List.of("--service-cidr", "10." + (second + 1) + ".0.0/16"));
            }
            flags.addAll(List.of(more));
            var cluster = new Cluster(directory, flags, environment);
            cluster.awaitReady();
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Second byte of ranges 10.N.0.0/16 and 10.N+1.0.0/16 in which the host has no interface, no
    /// route and no name server: other clusters may run here too.
    private static synchronized int freeRange() {
        var used = new HashSet<Integer>(GIVEN);
        var inUse =
                ADDRESS.matcher(
                        Shell.plain()
                                .run("sh", "-c", "ip -4 address; ip -4 route; cat /etc/resolv.conf")
                                .out());
        while (inUse.find()) {
            used.add(Integer.parseInt(inUse.group(1)));
        }
        var random = new Random();
        while (true) {
            int candidate = 64 + 2 * random.nextInt(90);
            if (!used.contains(candidate) && !used.contains(candidate + 1)) {
                GIVEN.add(candidate); // its interface comes later
                return candidate;
            }
        }
    }

    /// The `j8s` under test: the tree's own, or the one that `-Dj8s.launcher` names.
    static Path launcher() {
        var given = System.getProperty("j8s.launcher");
        return given == null ? root().resolve("j8s") : Path.of(given);
    }

    /// The tree's root directory.
    static Path root() {
        for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("j8s"))) {
                return at;
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
        return new Shell(environment, Duration.ofMinutes(2)).run(command, "");
    }

    /// Loads an image, which stays for as long as the cluster does.
    void load(Image image) {
        var archive = image.archive();
        loaded.computeIfAbsent(
                image.reference(), _ -> j8s("image", "load", archive.toString()).expectSuccess());
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

    /// Whether `up` has ended by itself and gave this reason.
    boolean hasEnded(String reason) throws InterruptedException {
        return !process.isAlive() && err.text().contains(reason);
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
        if (!Files.exists(directory)) {
            return;
        }
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
        return new Shell(environment, Duration.ofMinutes(2)).start(command);
    }

    private void awaitReady() {
        Eventually.until(
                "j8s up is ready",
                READY_MAX,
                () -> out.soFar(),
                text -> text.contains("\nready in ") || !process.isAlive(),
                this::dump);
        if (!process.isAlive()) {
            throw new AssertionError(
                    "j8s up ended with exit code %d before it was ready\n%s"
                            .formatted(process.exitValue(), dump()));
        }
    }

    private int awaitEnd() {
        try {
            if (!process.waitFor(END_MAX)) {
                process.destroyForcibly();
                throw new AssertionError("j8s up did not end within " + END_MAX + "\n" + dump());
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
