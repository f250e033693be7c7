package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReview;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateSpec;
import io.j8s.certs.Credential;
import io.j8s.certs.PrivateFiles;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kind;
import io.j8s.nodeagent.join.NodeCertificate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/// A node's client certificate over its whole life, at a real control plane whose clock the test
/// turns.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class NodeCertificateRenewalTest {

    private static final Duration LOOK_INTERVAL = Duration.ofMillis(50);
    private static final Duration EXCHANGE_INTERVAL = Duration.ofMillis(20);
    private static final int EXCHANGES = 60;

    private static final Kind<SelfSubjectReview> REVIEWS =
            Kind.cluster(
                    SelfSubjectReview.class,
                    "authentication.k8s.io",
                    "v1",
                    "selfsubjectreviews",
                    "SelfSubjectReview");

    @TempDir private Path data;

    @Test
    void aNodeGoesOnWithANewCertificateWhenItsFirstOneEnds() throws Exception {
        var out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        try (var timers = new ShiftedTimers();
                var _ = controlPlane(timers, new Terminal(out, out))) {
            var pki = data.resolve("pki");
            var authority = Files.readString(pki.resolve("ca.crt"));
            var server = server();
            var first = signedBy(pki, timers);
            var file = data.resolve("kubelet-client-current.pem");
            PrivateFiles.write(file, first.pem());
            var random = RandomGenerator.getDefault();
            try (var certificate =
                            new NodeCertificate(
                                    file, NodeCertificate.Request.client("n1"), timers, random);
                    var client = new RenewingClient(server, authority, first, "kubelet");
                    var old = new RenewingClient(server, authority, first, "kubelet")) {
                certificate.start(client.api(), client::use);
                assertThat(shown(client.api())).isEqualTo(fingerprint(first));

                timers.shift(lifeOf(first).multipliedBy(65).dividedBy(100));
                timers.sleep(LOOK_INTERVAL);
                assertThat(certificate.current()).as("not before its time").contains(first);

                timers.shift(lifeOf(first).multipliedBy(26).dividedBy(100));
                while (certificate.current().orElseThrow().equals(first)) {
                    timers.sleep(LOOK_INTERVAL);
                }
                var second = certificate.current().orElseThrow();
                while (!isShown(second, client.api())) {
                    timers.sleep(LOOK_INTERVAL);
                }
                assertThat(Credential.parse(Files.readString(file)).certificate())
                        .as("for the next start")
                        .isEqualTo(second.certificate());
                assertThat(second.certificate().getNotAfter())
                        .isAfter(first.certificate().getNotAfter());

                timers.shift(lifeOf(first).dividedBy(10));
                assertThat(shown(client.api())).isEqualTo(fingerprint(second));
                assertThatThrownBy(() -> shown(old.api())).hasMessageContaining("Unauthorized");
            }
        }
    }

    @Test
    void requestsBesideAnExchangeAreAnsweredOrFailAsOnABrokenConnection() throws Exception {
        var out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        try (var timers = new ShiftedTimers();
                var _ = controlPlane(timers, new Terminal(out, out))) {
            var pki = data.resolve("pki");
            var credential = signedBy(pki, timers);
            var authority = Files.readString(pki.resolve("ca.crt"));
            var failures = new ConcurrentLinkedQueue<Exception>();
            var answers = new AtomicInteger();
            var isOver = new AtomicBoolean();
            try (var client = new RenewingClient(server(), authority, credential, "kubelet");
                    var askers = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 4; i++) {
                    askers.execute(() -> {
                        while (!isOver.get()) {
                            try {
                                answers.addAndGet(shown(client.api()).isEmpty() ? 0 : 1);
                            } catch (UncheckedIOException e) {
                                // on connections that were given up
                            } catch (Exception e) {
                                failures.add(e);
                            }
                        }
                    });
                }
                for (int i = 0; i < EXCHANGES; i++) {
                    client.use(credential);
                    timers.sleep(EXCHANGE_INTERVAL);
                }
                isOver.set(true);
            }
            assertThat(failures).isEmpty();
            assertThat(answers.get()).isPositive();
        }
    }

    private RunningCluster controlPlane(ShiftedTimers timers, Terminal terminal) throws Exception {
        var config =
                UpConfig.of(
                        new CommandLine(new UpCommand().spec())
                                .parseArgs(
                                        "--data-dir",
                                        data.toString(),
                                        "--control-plane-only",
                                        "--storage",
                                        "memory",
                                        "--port",
                                        "0"));
        var stages = new Stages(terminal, timers, Duration.ZERO);
        return RunningCluster.start(config, DataDirectory.create(data), timers, stages, () -> {});
    }

    private String server() throws Exception {
        return Files.readAllLines(data.resolve("kubeconfig")).stream()
                .filter(line -> line.contains("server: "))
                .map(line -> line.replaceFirst(".*server: ", "").replace("\"", "").strip())
                .findFirst()
                .orElseThrow();
    }

    private static Credential signedBy(Path pki, ShiftedTimers timers) throws Exception {
        var pem = Files.readString(pki.resolve("ca.key")) + Files.readString(pki.resolve("ca.crt"));
        return new CertificateAuthority(Credential.parse(pem))
                .issue(CertificateSpec.node("n1"), timers.now());
    }

    private static Duration lifeOf(Credential credential) {
        var certificate = credential.certificate();
        return Duration.between(
                certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant());
    }

    private static boolean isShown(Credential credential, Api api) throws Exception {
        try {
            return shown(api).equals(fingerprint(credential));
        } catch (UncheckedIOException e) {
            return false; // it was on the connection that is given up
        }
    }

    /// The certificate by which the server knows us.
    private static String shown(Api api) {
        var user = api.create(REVIEWS, new SelfSubjectReview()).getStatus().getUserInfo();
        assertThat(user.getUsername()).isEqualTo("system:node:n1");
        return user.getExtra()
                .getOrDefault("authentication.kubernetes.io/credential-id", List.of(""))
                .getFirst();
    }

    private static String fingerprint(Credential credential) throws Exception {
        var digest =
                MessageDigest.getInstance("SHA-256").digest(credential.certificate().getEncoded());
        return "X509SHA256=" + HexFormat.of().formatHex(digest);
    }
}
