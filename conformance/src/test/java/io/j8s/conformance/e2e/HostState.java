package io.j8s.conformance.e2e;

import io.j8s.machinery.instance.InstanceId;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
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

    /// Who compares states holds this lock: the rules of host ports do not tell whose they are.
    static final String NAME = "the host's state";

    private static final Duration GONE_MAX = Duration.ofSeconds(60);

    /// The first `ip netns add` on a host makes it, for good: tests that make namespaces do.
    private static final String NAMESPACES_MOUNT = "mount /run/netns";

    private static final Pattern INSTANCE = Pattern.compile("j8s[-_]([0-9a-f]{8})");
    private static final Pattern NODE_DATA =
            Pattern.compile("(/[^\\s=:]+?)/node/(containerd\\.toml|containerd/|pods/)");

    /// Of a pod on its way: it hangs on no bridge yet, or no longer.
    private static final Pattern LOOSE_LINK = Pattern.compile("link veth[0-9a-f]+");

    private static final Pattern PORT_MAPPINGS =
            Pattern.compile(
                    "rule table ip6? nat \\{ (.*CNI-HOSTPORT-.*|.*\\b0x0*2000\\b.*"
                            + "|table ip6? nat \\{|chain [A-Z]+ \\{|type nat hook .*|})");

    static HostState now() {
        return new HostState(
                readMounts(),
                names(Path.of("/run/netns")),
                readLinks(),
                readRules(),
                readCgroups(),
                processes());
    }

    /// What is there now and was not before, without what names another instance: other clusters
    /// may come and go on the host meanwhile.
    String since(HostState before, InstanceId ours) {
        return Stream.of(
                        added("mount", mounts, before.mounts),
                        added("netns", networkNamespaces, before.networkNamespaces),
                        added("link", links, before.links),
                        added("rule", rules, before.rules),
                        added("cgroup", cgroups, before.cgroups),
                        added("process", containerProcesses, before.containerProcesses))
                .flatMap(list -> list)
                .filter(line -> !isOfAnother(line, ours))
                .filter(line -> !line.equals(NAMESPACES_MOUNT))
                .collect(Collectors.joining("\n"));
    }

    /// What was there before and is not now, of what no instance has made. Chains that the port
    /// mapping plugin shares between networks, and the table that it made for them, may be gone:
    /// whoever leaves when nobody uses them takes them along, whoever made them.
    String lostSince(HostState before) {
        return Stream.of(
                        added("mount", before.mounts, mounts),
                        added("netns", before.networkNamespaces, networkNamespaces),
                        added("link", before.links, links),
                        added("rule", before.rules, rules),
                        added("cgroup", before.cgroups, cgroups))
                .flatMap(list -> list)
                .filter(line -> !line.contains("j8s"))
                .filter(line -> !LOOSE_LINK.matcher(line).matches())
                .filter(line -> !isShared(line))
                .collect(Collectors.joining("\n"));
    }

    /// Waits until nothing is left of what these instances made. Pods of other clusters come and go
    /// meanwhile, and what is half made does not tell yet whose it is.
    static void awaitNothingSince(HostState before, Collection<InstanceId> instances) {
        for (var instance : instances) {
            Eventually.until(
                    "nothing is left of " + instance.value(),
                    GONE_MAX,
                    () -> now().since(before, instance),
                    String::isEmpty,
                    () -> "");
        }
    }

    /// Whether a line tells of what the port mapping plugin makes for all networks together.
    static boolean isShared(String line) {
        return PORT_MAPPINGS.matcher(line).matches();
    }

    private static boolean isOfAnother(String line, InstanceId ours) {
        var names = INSTANCE.matcher(line);
        while (names.find()) {
            if (!names.group(1).equals(ours.value())) {
                return true;
            }
        }
        return false;
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

    /// Interfaces, a pod's with the bridge that it hangs on, whose name tells the instance.
    private static Set<String> readLinks() {
        return names(Path.of("/sys/class/net")).stream()
                .map(name -> name + master(Path.of("/sys/class/net", name, "master")))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String master(Path link) {
        try {
            return " of " + link.toRealPath().getFileName();
        } catch (IOException _) {
            return ""; // it has none
        }
    }

    private static Set<String> readMounts() {
        try {
            return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                    .map(line -> withInstance(line.split(" ", -1)[4]))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Tables, chains and rules, each behind its table's name; counters and handles are left out.
    private static Set<String> readRules() {
        var rules = new TreeSet<String>();
        var table = "";
        var listed = Shell.plain().run("nft", "--stateless", "list", "ruleset").expectSuccess();
        for (var line : listed.lines().map(String::strip).toList()) {
            table = line.startsWith("table ") ? line : table;
            if (!line.isEmpty()) {
                rules.add(table + " " + line);
            }
        }
        return rules;
    }

    private static Set<String> readCgroups() {
        return Shell.plain()
                .run("find", "/sys/fs/cgroup", "-mindepth", "2", "-type", "d", "-path", "*j8s*")
                .out()
                .lines()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// Runtimes, shims and pause containers. A runtime's data directory tells its instance, the
    /// others are in cgroups that do.
    private static Set<String> processes() {
        return ProcessHandle.allProcesses()
                .map(process -> process.pid() + " " + commandLine(process))
                .filter(text -> text.contains("containerd") || text.contains("/pause in "))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String commandLine(ProcessHandle process) {
        try {
            var text = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
            var words = text.replace('\0', ' ').strip();
            var cgroup = Files.readString(Path.of("/proc/" + process.pid() + "/cgroup")).strip();
            return withInstance(words) + " in " + cgroup;
        } catch (IOException _) {
            return ""; // has ended
        }
    }

    /// A path below a data directory, with the name of the instance whose it is.
    private static String withInstance(String text) {
        var path = NODE_DATA.matcher(text);
        if (!path.find()) {
            return text;
        }
        try {
            return text + " of " + InstanceId.of(Path.of(path.group(1))).named("j8s");
        } catch (IOException _) {
            return text; // that directory is gone, and so is what was in it
        }
    }
}
