package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// What `./j8s` promises on the command line.
@Tag("e2e")
@ResourceLock(value = SharedCluster.NAME, mode = ResourceAccessMode.READ)
class LauncherTest {

    @TempDir Path temporary;

    @Test
    void worksThroughASymlinkFromAnyDirectory() throws Exception {
        var link = Files.createSymbolicLink(temporary.resolve("k"), Cluster.launcher());
        assertThat(Shell.plain().run(link.toString(), "version").expectSuccess())
                .startsWith("j8s v1.37.");
    }

    @Test
    void wrongUsageIsOneLineAndExitCodeTwo() {
        var output = Shell.plain().run(Cluster.launcher().toString(), "nonsense");
        assertThat(output.exitCode()).isEqualTo(2);
        assertThat(output.err().lines()).hasSize(1);
        assertThat(output.out()).isEmpty();
    }

    @Test
    @ExtendWith(SharedCluster.class)
    void upTellsItsStagesAndEndsWithReady(Cluster cluster) throws Exception {
        var lines = cluster.printed().lines().toList();
        assertThat(lines.getLast())
                .matches("ready in \\d+\\.\\d s · export KUBECONFIG=" + cluster.kubeconfig());
        assertThat(lines.subList(1, lines.size() - 1))
                .allMatch(line -> line.matches(" +\\d+\\.\\d s  .+"));
        assertThat(cluster.printed()).doesNotContain("\u001b");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(cluster.kubeconfig())))
                .isEqualTo("rw-------");
    }

    @Test
    @ExtendWith(SharedCluster.class)
    void secondUpOnTheSameDirectoryIsRefused(Cluster cluster) {
        var output = cluster.j8s("up", "--control-plane-only", "--port", "0");
        assertThat(output.exitCode()).isEqualTo(1);
        assertThat(output.err()).contains("is in use by the j8s with process id " + cluster.pid());
        assertThat(output.err().lines()).hasSize(1);
    }
}
