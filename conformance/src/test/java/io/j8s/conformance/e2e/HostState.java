package io.j8s.conformance.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Everything on the host that a cluster makes and has to take away again.
record HostState(
        Set<String> mounts,
        Set<String> networkNamespaces,
        Set<String> links,
        Set<String> rules,
        Set<String> cgroups,
        Set<String> containerProcesses) {

    static HostState now() {
        return new HostState(
                lines(Path.of("/proc/self/mountinfo"), 4),
                names(Path.of("/run/netns")),
                names(Path.of("/sys/class/net")),
                readRules(),
                readCgroups(),
                processes());
    }

    /// What is there now and was not before.
    String since(HostState before) {
        return Stream.of(
                        added("mount", mounts, before.mounts),
                        added("netns", networkNamespaces, before.networkNamespaces),
                        added("link", links, before.links),
                        added("rule", rules, before.rules),
                        added("cgroup", cgroups, before.cgroups),
                        added("process", containerProcesses, before.containerProcesses))
                .flatMap(list -> list)
                .collect(Collectors.joining("\n"));
    }

    private static Stream<String> added(String what, Set<String> after, Set<String> before) {
        return after.stream().filter(one -> !before.contains(one)).map(one -> what + " " + one);
    }

    private static Set<String> names(Path directory) {
        if (!Files.isDirectory(directory)) {
            return Set.of();
        }
        try (var entries = Files.list(directory)) {
            return entries.map(file -> file.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> lines(Path file, int field) {
        try {
            return Files.readAllLines(file).stream()
                    .map(line -> line.split(" ", -1)[field])
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Tables, chains and rules; counters and handles are left out.
    private static Set<String> readRules() {
        return Shell.plain()
                .run("nft", "--stateless", "list", "ruleset")
                .expectSuccess()
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> readCgroups() {
        return Shell.plain()
                .run("find", "/sys/fs/cgroup", "-mindepth", "2", "-type", "d", "-path", "*j8s*")
                .out()
                .lines()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> processes() {
        return ProcessHandle.allProcesses()
                .map(process -> process.pid() + " " + process.info().command().orElse(""))
                .filter(text -> text.contains("containerd") || text.endsWith("/pause"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
