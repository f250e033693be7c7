package io.j8s.conformance.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One stock kubectl binary with one kubeconfig.
record Kubectl(Path binary, Path kubeconfig) {

    /// The longest that a pod may take to start, or a change to reach one: seconds, but for a
    /// machine that has little time for us.
    static final Duration START_MAX = Duration.ofMinutes(2);

    private static final Pattern VERSIONED = Pattern.compile("kubectl\\.1\\.(\\d+)");

    /// Every kubectl of this machine, oldest first: those beside the file that the `kubectl` on the
    /// PATH links to, as `kubectl.1.NN`; if there are none, that one itself.
    static List<Path> onThisMachine() {
        for (var directory : System.getenv("PATH").split(":", -1)) {
            var candidate = Path.of(directory, "kubectl");
            if (Files.isExecutable(candidate)) {
                try (var siblings = Files.list(candidate.toRealPath().resolveSibling(""))) {
                    var versions =
                            siblings.filter(file -> minor(file) > 0)
                                    .sorted(Comparator.comparingInt(Kubectl::minor))
                                    .toList();
                    return versions.isEmpty() ? List.of(candidate) : versions;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        throw new AssertionError("no kubectl on the PATH: install one to run the e2e suites");
    }

    /// The two that must work in full.
    static List<Path> oldestAndNewest() {
        var all = onThisMachine();
        return Stream.of(all.getFirst(), all.getLast()).distinct().toList();
    }

    /// Those between, for which a smoke must do.
    static List<Path> between() {
        var all = onThisMachine();
        return all.size() <= 2 ? List.of() : all.subList(1, all.size() - 1);
    }

    static Path newest() {
        return onThisMachine().getLast();
    }

    private static int minor(Path file) {
        var match = VERSIONED.matcher(file.getFileName().toString());
        return match.matches() ? Integer.parseInt(match.group(1)) : 0;
    }

    Shell.Output run(String... args) {
        return runWithInput("", args);
    }

    Shell.Output runWithInput(String input, String... args) {
        return shell().run(command(args), input);
    }

    Shell.Output runWithin(Duration limit, String... args) {
        return shell().within(limit).run(command(args), "");
    }

    /// With a pseudo-terminal of its own, whose exit code is kubectl's.
    Shell.Output onTerminal(String typed, String... args) {
        var line =
                command(args).stream()
                        .map(word -> "'" + word + "'")
                        .collect(Collectors.joining(" "));
        return shell().run(
                        List.of("script", "--quiet", "--return", "--command", line, "/dev/null"),
                        typed);
    }

    /// Output of a run that must succeed, without the newline at its end.
    String get(String... args) {
        return run(args).expectSuccess().strip();
    }

    /// Starts a kubectl that stays, such as a watch.
    Process start(String... args) {
        try {
            return shell().start(command(args));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until the output of a kubectl command is as expected.
    String until(Duration timeout, Predicate<String> isGood, String... args) {
        return Eventually.until(
                        "kubectl " + String.join(" ", args),
                        timeout,
                        () -> run(args),
                        output -> output.exitCode() == 0 && isGood.test(output.out().strip()),
                        this::dump)
                .out()
                .strip();
    }

    /// Waits until pods are ready.
    ///
    /// @param pods as arguments of `kubectl wait`, such as `pod/box`
    void awaitReady(String... pods) {
        var command = new ArrayList<String>();
        command.addAll(List.of("wait", "--for=condition=Ready"));
        command.add("--timeout=" + START_MAX.toSeconds() + "s");
        command.addAll(Arrays.asList(pods));
        runWithin(START_MAX.plusSeconds(30), command.toArray(String[]::new)).expectSuccess();
    }

    /// What a person would look at first.
    String dump() {
        return run("get", "nodes,pods,events", "-A", "-o", "wide").toString();
    }

    private List<String> command(String... args) {
        var command = new ArrayList<String>();
        command.add(binary.toString());
        command.addAll(Arrays.asList(args));
        return command;
    }

    /// What a kubectl process sees: nothing of the user's; room for its garbage, which costs a
    /// fifth of its CPU time to collect and is gone with it in a moment; and one core, as handing
    /// its little work from one to another costs a tenth.
    Map<String, String> environment() {
        return Map.of(
                "KUBECONFIG",
                kubeconfig.toString(),
                "HOME",
                kubeconfig.getParent() + "/home",
                "GOGC",
                "1000",
                "GOMAXPROCS",
                "1");
    }

    private Shell shell() {
        return new Shell(environment(), Duration.ofSeconds(60));
    }
}
