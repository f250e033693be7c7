package io.j8s.nodeagent.cgroups;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// Control groups, version 1: `ROOT/CONTROLLER/PATH`.
final class CgroupsV1 implements Cgroups {

    private static final List<String> LIMITED = List.of("cpu", "memory", "pids");

    private final Path root;

    CgroupsV1(Path root) {
        this.root = root;
    }

    @Override
    public void create(String path, CgroupLimits limits) throws IOException {
        for (var controller : LIMITED) {
            if (Files.isDirectory(root.resolve(controller))) {
                Files.createDirectories(group(controller, path));
            }
        }
        var cpu = group("cpu", path);
        CgroupFiles.set(cpu.resolve("cpu.shares"), Long.toString(limits.cpuShares()));
        CgroupFiles.set(cpu.resolve("cpu.cfs_period_us"), Long.toString(limits.cpuPeriodUs()));
        CgroupFiles.set(cpu.resolve("cpu.cfs_quota_us"), Long.toString(limits.cpuQuotaUs()));
        var memory = group("memory", path).resolve("memory.limit_in_bytes");
        if (limits.memoryBytes() > 0) {
            CgroupFiles.set(memory, Long.toString(limits.memoryBytes()));
        }
    }

    @Override
    public void remove(String path) throws IOException {
        try (Stream<Path> controllers = Files.list(root)) {
            for (var controller : controllers.filter(Files::isDirectory).toList()) {
                CgroupFiles.remove(group(controller.getFileName().toString(), path));
            }
        }
    }

    @Override
    public boolean exists(String path) {
        return Files.isDirectory(group("memory", path));
    }

    @Override
    public OptionalLong workingSet(String path) {
        var memory = group("memory", path);
        var used = CgroupFiles.number(memory.resolve("memory.usage_in_bytes"), "");
        var droppable = CgroupFiles.number(memory.resolve("memory.stat"), "total_inactive_file");
        return used.isEmpty()
                ? used
                : OptionalLong.of(Math.max(0, used.getAsLong() - droppable.orElse(0)));
    }

    @Override
    public OptionalLong cpuNanos(String path) {
        return CgroupFiles.number(group("cpuacct", path).resolve("cpuacct.usage"), "");
    }

    private Path group(String controller, String path) {
        return root.resolve(controller).resolve(path.substring(path.startsWith("/") ? 1 : 0));
    }
}
