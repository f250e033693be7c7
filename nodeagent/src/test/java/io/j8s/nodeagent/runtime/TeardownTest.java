package io.j8s.nodeagent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.timers.SystemTimers;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Needs root.
@Tag("runtime")
class TeardownTest {

    @Test
    void waitsForTheLastProcessOfACgroup(@TempDir Path directory) throws Exception {
        var memory = Path.of("/sys/fs/cgroup/memory");
        var root = Files.isDirectory(memory) ? memory : Path.of("/sys/fs/cgroup");
        var cgroup = root.resolve("j8s-teardown-" + ProcessHandle.current().pid());
        var inner = Files.createDirectories(cgroup.resolve("inner"));
        var script = "echo $$ > %s/cgroup.procs && echo in && exec sleep 1".formatted(inner);
        var last = new ProcessBuilder("sh", "-c", script).start();
        try (var timers = new SystemTimers();
                var said = last.inputReader()) {
            assertThat(said.readLine()).isEqualTo("in");
            var limit = timers.deadline(Duration.ofMinutes(1));
            var teardown = new Teardown(NodePaths.of(directory), timers);
            teardown.removeCgroup(cgroup, limit);
            assertThat(cgroup).doesNotExist();
            teardown.removeCgroup(cgroup, limit);
        } finally {
            last.destroyForcibly();
        }
    }
}
