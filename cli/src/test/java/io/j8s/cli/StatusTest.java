package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateSpec;
import io.j8s.certs.Credential;
import io.j8s.certs.Kubeconfig;
import io.j8s.certs.Pem;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Broken clusters without a server that answers, and what `j8s status` says of each. What is seen
/// through a server is in [RunningStatusTest].
class StatusTest {

    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    @TempDir Path scratch;
    private DataDirectory directory;

    /// What a command printed and how it ended.
    record Told(ExitCode code, String out, String err) {
        static Told by(String... args) {
            var out = new ByteArrayOutputStream();
            var err = new ByteArrayOutputStream();
            var terminal =
                    new Terminal(
                            new PrintStream(out, true, StandardCharsets.UTF_8),
                            new PrintStream(err, true, StandardCharsets.UTF_8));
            var code = Main.run(List.of(args), terminal);
            return new Told(
                    code,
                    out.toString(StandardCharsets.UTF_8),
                    err.toString(StandardCharsets.UTF_8));
        }

        static Told status(DataDirectory directory) {
            return by("status", "--data-dir", directory.path().toString());
        }
    }

    @BeforeEach
    void makeDirectory() throws Exception {
        directory = DataDirectory.create(scratch.toRealPath().resolve("d"));
    }

    private Told up(String... more) {
        var args =
                new java.util.ArrayList<>(
                        List.of(
                                "up",
                                "--control-plane-only",
                                "--bind-address=127.0.0.1",
                                "--data-dir=" + directory.path()));
        args.addAll(List.of(more));
        return Told.by(args.toArray(String[]::new));
    }

    @Test
    void aPlaceWithoutAClusterIsTold() {
        var told = Told.by("status", "--data-dir", scratch.resolve("none").toString());
        assertThat(told.code()).isEqualTo(ExitCode.FAILED);
        assertThat(told.err()).startsWith("j8s: there is no cluster in ").contains("j8s");
    }

    @Test
    void aClusterWhoseProcessIsGoneIsStopped() throws Exception {
        Files.writeString(directory.lockFile(), "4194303\n"); // nobody holds the lock
        assertThat(Told.status(directory))
                .isEqualTo(
                        new Told(
                                ExitCode.FAILED,
                                "",
                                "j8s: the cluster in %1$s is stopped: `j8s up --data-dir %1$s` starts it\n"
                                        .formatted(directory.path())));
    }

    @Test
    void aPortThatIsTakenIsToldAfterwards() throws Exception {
        try (var taken = new ServerSocket(0)) {
            var failed = up("--storage=memory", "--port=" + taken.getLocalPort());
            assertThat(failed.code()).isEqualTo(ExitCode.FAILED);
            assertThat(Told.status(directory).err())
                    .contains("is stopped; its last run failed: port " + taken.getLocalPort())
                    .contains("is in use: stop what listens there")
                    .contains("starts it again");
        }
    }

    @Test
    void aCorruptedStoreIsToldAfterwards() throws Exception {
        Files.createDirectories(directory.store());
        Files.writeString(directory.store().resolve("CURRENT"), "no manifest\n");
        assertThat(up("--port=0").code()).isEqualTo(ExitCode.FAILED);
        assertThat(Told.status(directory).err())
                .contains("its last run failed: cannot open the storage: ")
                .contains("check " + directory.store());
    }

    @Test
    void keysThatAreNoneAreToldAfterwards() throws Exception {
        Files.createDirectories(directory.certificates());
        Files.writeString(directory.certificates().resolve("ca.crt"), "none\n");
        Files.writeString(directory.certificates().resolve("ca.key"), "none\n");
        assertThat(up("--storage=memory", "--port=0").code()).isEqualTo(ExitCode.FAILED);
        assertThat(Told.status(directory).err())
                .contains("its last run failed: unusable keys in " + directory.certificates());
    }

    @Test
    void theNextRunForgetsTheFailure() throws Exception {
        var failure = LastFailure.in(directory);
        Files.writeString(failure.file(), "it was something\n");
        assertThat(failure.line()).contains("it was something");
        failure.of(() -> {});
        assertThat(failure.line()).isEmpty();
    }

    @Test
    void aClusterThatIsStartingIsToldFromOneWithoutKubeconfig() throws Exception {
        try (var _ = directory.lock()) {
            assertThat(Told.status(directory).err()).contains("it is still starting: ");
            Files.setLastModifiedTime(directory.lockFile(), FileTime.from(LONG_AGO));
            assertThat(Told.status(directory).err())
                    .contains(directory.kubeconfig() + " is gone: stop j8s and start it again");
        }
    }

    @Test
    void anUnusableKubeconfigIsTold() throws Exception {
        try (var _ = directory.lock()) {
            Files.writeString(directory.kubeconfig(), "apiVersion: v1\n");
            var told = Told.status(directory);
            assertThat(told.code()).isEqualTo(ExitCode.FAILED);
            assertThat(told.err())
                    .contains(
                            directory.kubeconfig()
                                    + " is unusable (the kubeconfig has no"
                                    + " certificate-authority-data)");
        }
    }

    @Test
    void anExpiredCertificateIsToldThoughNobodyAnswers() throws Exception {
        var authority = CertificateAuthority.create("kubernetes", LONG_AGO);
        var spec = CertificateSpec.client("kubernetes-admin", "system:masters");
        var admin = authority.issue(spec, LONG_AGO);
        Files.createDirectories(directory.certificates());
        Files.writeString(
                directory.certificates().resolve("apiserver.crt"), admin.certificatePem());
        writeKubeconfig(directory, Ports.free(), authority, admin);
        try (var _ = directory.lock()) {
            var told = Told.status(directory);
            assertThat(told.code()).isEqualTo(ExitCode.FAILED);
            assertThat(told.out())
                    .contains("- the certificate " + directory.certificates() + "/apiserver.crt")
                    .contains(" ended at 2020-12-31T00:00:00Z\n")
                    .contains("  stop j8s and start it again: it renews what is near its end");
            assertThat(told.err()).contains("the API server does not answer (");
        }
    }

    @Test
    void storageThatDoesNotAnswerIsToldByTheServersChecks() {
        var answer =
                new ApiCalls.Answer(
                        500, "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n");
        assertThat(StatusCommand.notReady(answer, directory))
                .startsWith(
                        "the API server is not ready: [-]etcd failed: reason withheld: its storage"
                                + " does not answer: check the servers of --etcd-servers");
    }

    @Test
    void anAgentThatHasNotJoinedOrFindsNoServerIsTold() throws Exception {
        Files.writeString(
                directory.path().resolve("server"), "https://127.0.0.1:" + Ports.free() + "\n");
        try (var _ = directory.lock()) {
            assertThat(Told.status(directory).err()).contains("it has not joined yet: ");
            joined(
                    directory,
                    CertificateAuthority.create("kubernetes", now()),
                    UnaryOperator.identity());
            var told = Told.status(directory);
            assertThat(told.out()).contains("node worker of the cluster at https://127.0.0.1:");
            assertThat(told.err())
                    .contains("does not answer (")
                    .contains("Pods here run on meanwhile");
        }
    }

    @Test
    void aNameServerThatDoesNotAnswerIsTold() {
        var services =
                new tools.jackson.databind.json.JsonMapper()
                        .readTree(
                                """
                                {"items":[{"metadata":{"name":"kube-dns","namespace":"kube-system"},
                                           "spec":{"clusterIP":"127.9.9.9"}}]}
                                """);
        assertThat(DnsFindings.of(services, "cluster.local"))
                .extracting(Findings.Finding::problem)
                .containsExactly("cluster DNS does not answer at 127.9.9.9");
    }

    static void writeKubeconfig(
            DataDirectory directory, int port, CertificateAuthority authority, Credential user)
            throws IOException {
        var kubeconfig =
                new Kubeconfig(
                        "kubernetes",
                        "kubernetes-admin",
                        "https://127.0.0.1:" + port,
                        Pem.certificates(List.of(authority.certificate())),
                        new Kubeconfig.Login.Certificate(user));
        Files.writeString(directory.kubeconfig(), kubeconfig.yaml());
    }

    /// Makes a directory that of a machine that has joined as the node `worker`.
    ///
    /// @param change to the certificate's text
    static void joined(
            DataDirectory directory, CertificateAuthority authority, UnaryOperator<String> change)
            throws IOException, GeneralSecurityException {
        Files.createDirectories(directory.certificates());
        Files.writeString(
                directory.certificates().resolve("ca.crt"),
                Pem.certificates(List.of(authority.certificate())));
        Files.writeString(
                directory.certificates().resolve("kubelet-client-current.pem"),
                change.apply(authority.issue(CertificateSpec.node("worker"), now()).pem()));
    }

    static Instant now() {
        return Instant.now().minus(Duration.ofMinutes(1));
    }

    @Test
    void saysThatPodsOutliveWhatIsStopped() {
        var path = Path.of("/d");
        assertThat(StatusCommand.stopped(path, Optional.empty(), true))
                .isEqualTo(
                        "the cluster in /d is stopped, its pods run on: `j8s up --data-dir /d`"
                                + " takes them over, `j8s down --data-dir /d` ends them");
        assertThat(StatusCommand.stopped(path, Optional.of("port taken"), true))
                .startsWith(
                        "the cluster in /d is stopped, its pods run on; its last run failed: port"
                                + " taken; `j8s up");
    }
}
