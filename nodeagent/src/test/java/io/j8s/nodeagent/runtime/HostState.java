package io.j8s.nodeagent.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeSet;

/// What of the host a node may change and must leave as it was; two of these are compared.
public record HostState(
        String mounts, String links, String rules, String processes, String cgroups) {

    /// An exit code of 1 may be for a directory that has gone since it was listed.
    private static final String FIND_CGROUPS = "find /sys/fs/cgroup -type d || [ $? = 1 ]";

    public static HostState now() throws IOException, InterruptedException {
        var limit = Duration.ofSeconds(60);
        return new HostState(
                lines(Files.readString(Path.of("/proc/self/mounts")), ""),
                lines(
                        HostCommand.run(limit, "ip", "-br", "link")
                                .replaceAll(" +\\S+ +[0-9a-f:]+ <.*>", ""),
                        ""),
                HostCommand.run(limit, "nft", "list", "ruleset"),
                lines(HostCommand.run(limit, "ps", "-eo", "args"), "containerd"),
                lines(HostCommand.run(limit, "sh", "-c", FIND_CGROUPS), "j8s-"));
    }

    /// Only this instance's: other tests may run on the machine.
    public HostState of(NodePaths paths) {
        var id = paths.instance().value();
        return new HostState(
                lines(mounts, id),
                lines(links, id),
                lines(rules, id),
                lines(processes, id),
                lines(cgroups, id));
    }

    private static String lines(String text, String filter) {
        var sorted = new TreeSet<String>();
        text.lines().filter(line -> line.contains(filter)).forEach(sorted::add);
        return String.join("\n", sorted);
    }
}
