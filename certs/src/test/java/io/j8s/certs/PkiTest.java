package io.j8s.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

class PkiTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final AltNames NAMES =
            ServingNames.of(
                    "box",
                    List.of("192.168.7.9", "0.0.0.0"),
                    List.of("10.43.0.1"),
                    "cluster.local",
                    List.of("api.example.org"));

    private static final Duration BACKDATE = Duration.ofMinutes(5);
    private static final Duration TEN_YEARS = Duration.ofDays(3650);

    @TempDir private Path dir;

    /// RFC 5280: two digits of the year until 2049, four from 2050 on.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-23T12:00:09Z",
                "2039-12-29T23:59:59Z",
                "2040-01-01T00:00:00Z",
                "2049-12-31T23:59:59Z",
                "2050-01-02T03:04:05Z",
                "2190-02-28T00:00:00Z"
            })
    void certificateLastsFromAndUntilWhatWasSaid(Instant now) throws Exception {
        var certificate = CertificateAuthority.create("ca", now).certificate();
        assertThat(certificate.getNotBefore().toInstant()).isEqualTo(now.minus(BACKDATE));
        assertThat(certificate.getNotAfter().toInstant()).isEqualTo(now.plus(TEN_YEARS));
    }

    @Test
    void servingCertificateNamesEverythingClientsMayDial() throws Exception {
        var pki = Pki.open(dir, NAMES, NOW);
        var names = AltNames.in(pki.serving().certificate());
        assertThat(names.dns())
                .containsExactlyInAnyOrder(
                        "localhost",
                        "box",
                        "kubernetes",
                        "kubernetes.default",
                        "kubernetes.default.svc",
                        "kubernetes.default.svc.cluster.local",
                        "api.example.org");
        assertThat(names.ips())
                .containsExactlyInAnyOrder(
                        "127.0.0.1", "0:0:0:0:0:0:0:1", "192.168.7.9", "10.43.0.1");
    }

    @Test
    void secondOpenReusesEverything() throws Exception {
        var first = Pki.open(dir, NAMES, NOW);
        var second = Pki.open(dir, NAMES, NOW.plus(300, ChronoUnit.DAYS));
        assertThat(second.serving().certificate()).isEqualTo(first.serving().certificate());
        assertThat(second.admin().certificate()).isEqualTo(first.admin().certificate());
        assertThat(second.authority().certificate()).isEqualTo(first.authority().certificate());
        assertThat(second.serviceAccountKeys().trusted())
                .isEqualTo(first.serviceAccountKeys().trusted());
    }

    @Test
    void leafNearItsEndIsRenewedByTheSameAuthority() throws Exception {
        var first = Pki.open(dir, NAMES, NOW);
        var second = Pki.open(dir, NAMES, NOW.plus(340, ChronoUnit.DAYS));
        assertThat(second.serving().certificate()).isNotEqualTo(first.serving().certificate());
        assertThat(second.authority().certificate()).isEqualTo(first.authority().certificate());
        assertThat(second.authority().signed(second.serving().certificate())).isTrue();
    }

    @Test
    void changedNamesMakeANewServingCertificateOnly() throws Exception {
        var first = Pki.open(dir, NAMES, NOW);
        var more = AltNames.of(List.of("other.example.org", "fd00::1"));
        var second = Pki.open(dir, more, NOW);
        assertThat(AltNames.in(second.serving().certificate()).matches(more)).isTrue();
        assertThat(second.admin().certificate()).isEqualTo(first.admin().certificate());
    }

    @Test
    void exchangedAuthorityMakesAllLeavesNew() throws Exception {
        var first = Pki.open(dir, NAMES, NOW);
        Files.delete(dir.resolve("ca.crt"));
        Files.delete(dir.resolve("ca.key"));
        var second = Pki.open(dir, NAMES, NOW);
        assertThat(second.authority().issued(first.admin().certificate())).isFalse();
        assertThat(second.authority().issued(second.admin().certificate())).isTrue();
        assertThat(second.authority().signed(second.admin().certificate())).isTrue();
        assertThat(second.serving().certificate()).isNotEqualTo(first.serving().certificate());
    }

    @Test
    void adminIsKubernetesAdminOfSystemMasters() throws Exception {
        var pki = Pki.open(dir, NAMES, NOW);
        assertThat(SubjectNames.of(pki.admin().certificate()))
                .isEqualTo(new SubjectNames("kubernetes-admin", List.of("system:masters")));
        assertThat(pki.admin().certificate().getExtendedKeyUsage())
                .containsExactly("1.3.6.1.5.5.7.3.2");
    }

    @Test
    void nothingIsReadableByOthers() throws Exception {
        var pki = Pki.open(dir.resolve("pki"), NAMES, NOW);
        pki.adminKubeconfig("https://127.0.0.1:6443").write(dir.resolve("kubeconfig"));
        try (var files = Files.walk(dir.resolve("pki"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                assertThat(mode(file)).as(file.toString()).isEqualTo("rw-------");
            }
        }
        assertThat(mode(dir.resolve("kubeconfig"))).isEqualTo("rw-------");
        assertThat(mode(dir.resolve("pki"))).isEqualTo("rwx------");
    }

    @Test
    void javaVerifiesWhatWeSign() throws Exception {
        var pki = Pki.open(dir, NAMES, NOW);
        var parameters =
                new PKIXParameters(Set.of(new TrustAnchor(pki.authority().certificate(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(NOW));
        var path = CertificateFactory.getInstance("X.509").generateCertPath(pki.serving().chain());
        assertThat(CertPathValidator.getInstance("PKIX").validate(path, parameters)).isNotNull();
    }

    @Test
    void opensslVerifiesWhatWeSign() throws Exception {
        Pki.open(dir, NAMES, Instant.now());
        var ca = dir.resolve("ca.crt").toString();
        assertThat(
                        run(
                                "openssl",
                                "verify",
                                "-x509_strict",
                                "-purpose",
                                "sslserver",
                                "-CAfile",
                                ca,
                                "-verify_hostname",
                                "kubernetes.default.svc",
                                path("apiserver.crt")))
                .contains("OK");
        assertThat(
                        run(
                                "openssl",
                                "verify",
                                "-x509_strict",
                                "-purpose",
                                "sslclient",
                                "-CAfile",
                                ca,
                                path("admin.crt")))
                .contains("OK");
        assertThat(
                        run(
                                "openssl",
                                "verify",
                                "-CAfile",
                                path("front-proxy-ca.crt"),
                                path("front-proxy-client.crt")))
                .contains("OK");
        assertThat(run("openssl", "pkey", "-in", path("sa.key"), "-pubout"))
                .isEqualTo(Files.readString(dir.resolve("sa.pub")));
    }

    @Test
    void keysOfOpensslAndKubeadmAreRead() throws Exception {
        run("openssl", "genrsa", "-traditional", "-out", path("rsa.key"), "2048");
        run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-out", path("ec.key"));
        assertThat(Pem.readPrivateKey(Files.readString(dir.resolve("rsa.key"))).getAlgorithm())
                .isEqualTo("RSA");
        assertThat(Pem.readPrivateKey(Files.readString(dir.resolve("ec.key"))).getAlgorithm())
                .startsWith("EC");
    }

    @Test
    void anAuthorityMadeElsewhereSigns() throws Exception {
        run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                path("ca.key"),
                "-out",
                path("ca.crt"),
                "-subj",
                "/CN=kubernetes",
                "-days",
                "3650");
        Pki.open(dir, NAMES, Instant.now());
        assertThat(run("openssl", "verify", "-CAfile", path("ca.crt"), path("apiserver.crt")))
                .contains("OK");
    }

    @Test
    void requestsOfOpensslAreSignedAsAsked() throws Exception {
        run(
                "openssl",
                "req",
                "-new",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                path("u.key"),
                "-out",
                path("u.csr"),
                "-subj",
                "/O=dev/O=ops/CN=jane \"j\" doe",
                "-addext",
                "subjectAltName=DNS:a.example,IP:10.0.0.7,IP:fd00::7,URI:spiffe://x");
        var request = CertificateRequest.parse(Files.readString(dir.resolve("u.csr")));
        assertThat(request.commonName()).isEqualTo("jane \"j\" doe");
        assertThat(request.organizations()).containsExactly("dev", "ops");
        assertThat(request.altNames().ips()).contains("10.0.0.7");
        var pki = Pki.open(dir, NAMES, NOW);
        var pem =
                pki.authority()
                        .sign(
                                request,
                                Set.of(Usage.DIGITAL_SIGNATURE, Usage.CLIENT_AUTH),
                                Duration.ofHours(1),
                                NOW);
        var certificate = Pem.readCertificates(pem).getFirst();
        assertThat(SubjectNames.of(certificate))
                .isEqualTo(new SubjectNames("jane \"j\" doe", List.of("dev", "ops")));
        assertThat(AltNames.in(certificate).matches(request.altNames())).isTrue();
        // upstream: a short certificate gets its whole time from now on, a long one is backdated
        assertThat(certificate.getNotAfter().toInstant()).isEqualTo(NOW.plusSeconds(3600));
        assertThat(certificate.getNotBefore().toInstant()).isEqualTo(NOW.minusSeconds(300));
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
    }

    @Test
    void ownRequestsRoundTrip() throws Exception {
        var keys = CertificateAuthority.newKeys();
        var spec = CertificateSpec.kubeletServing("n1", AltNames.of(List.of("n1", "10.1.1.1")));
        var request = CertificateRequest.parse(CertificateRequest.create(spec, keys));
        assertThat(request.commonName()).isEqualTo("system:node:n1");
        assertThat(request.organizations()).containsExactly("system:nodes");
        assertThat(request.altNames().matches(spec.altNames())).isTrue();
    }

    @Test
    void requestsThatAreNoneAreRefused() {
        assertThatThrownBy(() -> CertificateRequest.parse("hello"))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessage("PEM block type must be CERTIFICATE REQUEST");
        var broken =
                """
                -----BEGIN CERTIFICATE REQUEST-----
                AAAA
                -----END CERTIFICATE REQUEST-----
                """;
        assertThatThrownBy(() -> CertificateRequest.parse(broken))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void kubectlReadsTheKubeconfig() throws Exception {
        var pki = Pki.open(dir, NAMES, NOW);
        var text = pki.adminKubeconfig("https://127.0.0.1:6443").yaml();
        assertThat(text)
                .contains("current-context: kubernetes-admin@j8s")
                .contains("    server: https://127.0.0.1:6443\n")
                .contains("client-key-data: ");
    }

    @Test
    void serverTakesAnyClientCertificateAndHandsItOn() throws Exception {
        var pki = Pki.open(dir, NAMES, Instant.now());
        var stranger = CertificateAuthority.create("stranger", Instant.now());
        var own = stranger.issue(CertificateSpec.client("eve"), Instant.now());
        var server = ServerTls.context(pki::serving, List.of());
        try (var listener =
                (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0)) {
            listener.setWantClientAuth(true);
            listener.setSoTimeout(10_000);
            var seen = new java.util.concurrent.ArrayBlockingQueue<String>(1);
            var thread =
                    Thread.ofVirtual()
                            .start(() -> {
                                try (var socket = (SSLSocket) listener.accept()) {
                                    socket.startHandshake();
                                    seen.add(socket.getSession().getPeerPrincipal().getName());
                                    socket.getOutputStream().write(1);
                                } catch (IOException e) {
                                    seen.add(e.toString());
                                }
                            });
            var client = ClientTls.context(List.of(pki.authority().certificate()), own);
            try (var socket =
                    (SSLSocket)
                            client.getSocketFactory()
                                    .createSocket("127.0.0.1", listener.getLocalPort())) {
                assertThat(socket.getInputStream().read()).isEqualTo(1);
            }
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("CN=eve");
            thread.join(Duration.ofSeconds(10));
        }
    }

    private String path(String file) {
        return dir.resolve(file).toString();
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static String run(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(out).isZero();
        return out;
    }
}
