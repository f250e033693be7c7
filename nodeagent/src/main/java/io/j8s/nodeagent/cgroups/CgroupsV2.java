package io.j8s.nodeagent.cgroups;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/// Control groups, version 2: `ROOT/PATH`, with controllers handed down level by level.
final class CgroupsV2 implements Cgroups {

    private static final List<String> CONTROLLERS =
            List.of("cpu", "memory", "pids", "cpuset", "io");

    private final Path root;

    CgroupsV2(Path root) {
        this.root = root;
    }

    @Override
    public void create(String path, CgroupLimits limits) throws IOException {
        var group = root;
        for (var name : Path.of(path.startsWith("/") ? path.substring(1) : path)) {
            handDown(group);
            group = group.resolve(name);
            Files.createDirectories(group);
        }
        CgroupFiles.set(group.resolve("cpu.weight"), Long.toString(weight(limits.cpuShares())));
        CgroupFiles.set(
                group.resolve("cpu.max"),
                (limits.cpuQuotaUs() < 0 ? "max" : Long.toString(limits.cpuQuotaUs()))
                        + " "
                        + limits.cpuPeriodUs());
        CgroupFiles.set(
                group.resolve("memory.max"),
                limits.memoryBytes() < 0 ? "max" : Long.toString(limits.memoryBytes()));
    }

    /// Children only have the controllers that their parent hands down.
    private static void handDown(Path group) throws IOException {
        var offered = group.resolve("cgroup.controllers");
        var handed = group.resolve("cgroup.subtree_control");
        if (!Files.exists(offered) || !Files.exists(handed)) {
            return;
        }
        var available = List.of(Files.readString(offered).strip().split(" ", -1));
        var present = List.of(Files.readString(handed).strip().split(" ", -1));
        for (var controller : CONTROLLERS) {
            if (available.contains(controller) && !present.contains(controller)) {
                Files.writeString(handed, "+" + controller);
            }
        }
    }

    /// upstream: CPUSharesToCPUWeight, which maps 2…262144 to 1…10000
    static long weight(long shares) {
        return Math.clamp(1 + (shares - 2) * 9999 / 262142, 1, 10_000);
    }

    @Override
    public void remove(String path) throws IOException {
        CgroupFiles.remove(group(path));
    }

    @Override
    public boolean exists(String path) {
        return Files.isDirectory(group(path));
    }

    @Override
    public OptionalLong workingSet(String path) {
        var used = CgroupFiles.number(group(path).resolve("memory.current"), "");
        var droppable = CgroupFiles.number(group(path).resolve("memory.stat"), "inactive_file");
        return used.isEmpty()
                ? used
                : OptionalLong.of(Math.max(0, used.getAsLong() - droppable.orElse(0)));
    }

    @Override
    public OptionalLong cpuNanos(String path) {
        var micros = CgroupFiles.number(group(path).resolve("cpu.stat"), "usage_usec");
        return micros.isEmpty() ? micros : OptionalLong.of(micros.getAsLong() * 1000);
    }

    private Path group(String path) {
        return root.resolve(path.startsWith("/") ? path.substring(1) : path);
    }
}
