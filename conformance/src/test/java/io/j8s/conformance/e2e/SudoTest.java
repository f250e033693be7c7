package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;

/// What `sudo ./j8s up` leaves behind belongs to the user who called.
@Tag("e2e")
class SudoTest {

    private static final String USER = "54321"; // nobody else's

    @Test
    void theCallerCanReadAndDeleteWhatIsLeft() throws Exception {
        var home = Files.createTempDirectory("j8s-sudo-");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        run("chown", USER + ":" + USER, home.toString());
        var data = home.resolve("data");
        var kubeconfig = home.resolve("kube/config");
        try (var cluster =
                Cluster.startIn(
                        data,
                        Map.of("SUDO_UID", USER, "SUDO_GID", USER, "SUDO_USER", "caller"),
                        "--write-kubeconfig",
                        kubeconfig.toString())) {
            as("cat", data.resolve("kubeconfig").toString());
            as("cat", kubeconfig.toString());
            Image.BUSYBOX.loadInto(cluster);
            var kubectl = cluster.kubectl();
            kubectl.get(
                    "run", "box", "--image=" + Image.BUSYBOX.reference(), "--", "sleep", "1000");
            kubectl.awaitReady("pod/box");
            assertThat(cluster.stop()).isZero();
            as("cat", data.resolve("j8s.log").toString());
            as("cat", data.resolve("pki/ca.key").toString());
            cluster.j8s("down").expectSuccess();
            as("sh", "-c", "find " + data + " -type f -exec cat {} + > /dev/null");
            as("rm", "-r", data.toString(), home.resolve("kube").toString());
            assertThat(data).doesNotExist();
        } finally {
            run("rm", "-rf", home.toString());
        }
    }

    private static void as(String... command) {
        var all = new java.util.ArrayList<>(java.util.List.of("setpriv", "--reuid", USER));
        all.addAll(java.util.List.of("--regid", USER, "--clear-groups"));
        all.addAll(java.util.List.of(command));
        run(all.toArray(String[]::new));
    }

    private static void run(String... command) {
        Shell.plain().within(Duration.ofSeconds(30)).run(command).expectSuccess();
    }
}
