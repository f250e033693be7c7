package io.j8s.nodeagent.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

/// On trees of plain files, which keep what is written to them.
class CgroupsTest {

    private static final CgroupLimits LIMITS = new CgroupLimits(512, 50_000, 100_000, 1 << 20);

    private static void files(Path group, String... names) throws Exception {
        Files.createDirectories(group);
        for (var name : names) {
            Files.writeString(group.resolve(name), "0\n");
        }
    }

    @Test
    void version1WritesEachControllersOwnFiles(@TempDir Path root) throws Exception {
        files(root.resolve("cpu/p/pod1"), "cpu.shares", "cpu.cfs_period_us", "cpu.cfs_quota_us");
        files(root.resolve("memory/p/pod1"), "memory.limit_in_bytes");
        new CgroupsV1(root).create("/p/pod1", LIMITS);
        assertThat(Files.readString(root.resolve("cpu/p/pod1/cpu.shares"))).isEqualTo("512");
        assertThat(Files.readString(root.resolve("cpu/p/pod1/cpu.cfs_quota_us")))
                .isEqualTo("50000");
        assertThat(Files.readString(root.resolve("memory/p/pod1/memory.limit_in_bytes")))
                .isEqualTo("1048576");
    }

    @Test
    void version2WritesOneTreeAndHandsControllersDown(@TempDir Path root) throws Exception {
        Files.writeString(root.resolve("cgroup.controllers"), "cpu memory pids\n");
        Files.writeString(root.resolve("cgroup.subtree_control"), "memory\n");
        files(root.resolve("p/pod1"), "cpu.weight", "cpu.max", "memory.max");
        new CgroupsV2(root).create("/p/pod1", LIMITS);
        assertThat(Files.readString(root.resolve("cgroup.subtree_control"))).startsWith("+");
        assertThat(Files.readString(root.resolve("p/pod1/cpu.weight"))).isEqualTo("20");
        assertThat(Files.readString(root.resolve("p/pod1/cpu.max"))).isEqualTo("50000 100000");
        assertThat(Files.readString(root.resolve("p/pod1/memory.max"))).isEqualTo("1048576");
        new CgroupsV2(root).create("/p/pod1", new CgroupLimits(2, -1, 100_000, -1));
        assertThat(Files.readString(root.resolve("p/pod1/cpu.max"))).isEqualTo("max 100000");
    }

    @Test
    void workingSetLeavesOutWhatCanBeDropped(@TempDir Path root) throws Exception {
        files(root.resolve("p"));
        Files.writeString(root.resolve("p/memory.current"), "1000\n");
        Files.writeString(root.resolve("p/memory.stat"), "anon 5\ninactive_file 300\n");
        Files.writeString(root.resolve("p/cpu.stat"), "usage_usec 7\n");
        var cgroups = new CgroupsV2(root);
        assertThat(cgroups.workingSet("/p")).hasValue(700);
        assertThat(cgroups.cpuNanos("/p")).hasValue(7000);
        assertThat(cgroups.workingSet("/none")).isEmpty();
    }
}
