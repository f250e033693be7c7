package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.apiserver.access.AuthorizationMode;
import io.j8s.certs.AltNames;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateSpec;
import io.j8s.certs.Pem;
import io.j8s.certs.ServiceAccountKeys;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

class ApiServerOptionsTest {

    @TempDir Path directory;

    private ApiServerOptions options(String... more) throws Exception {
        var keys = ServiceAccountKeys.create();
        var flags = new ArrayList<String>();
        flags.add("--cert-dir=" + directory);
        flags.add("--bind-address=127.0.0.1");
        flags.add("--advertise-address=192.168.7.9");
        flags.add("--service-account-issuer=https://issuer.example");
        flags.add("--service-account-signing-key-file=" + file("sa.key", Pem.key(keys.signer())));
        flags.add(
                "--service-account-key-file=" + file("sa.pub", Pem.key(keys.trusted().getFirst())));
        flags.addAll(List.of(more));
        var line = new CommandLine(new ApiServerCommand().spec());
        return new ApiServerOptions(line.parseArgs(flags.toArray(String[]::new)), Instant.now());
    }

    private Path file(String name, String text) throws Exception {
        return Files.writeString(directory.resolve(name), text);
    }

    private void refuses(String message, String... flags) throws Exception {
        var options = options(flags);
        assertThatThrownBy(
                        () -> {
                            options.storage();
                            options.server();
                        })
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(message)
                .extracting(e -> ((CommandException) e).exitCode())
                .isEqualTo(ExitCode.WRONG_USAGE);
    }

    @Test
    void upstreamsDefaultsHold() throws Exception {
        var config = options("--etcd-servers=http://127.0.0.1:2379").server();
        assertThat(config.port()).isEqualTo(6443);
        assertThat(config.nodePorts()).isEqualTo(new PortRange(30000, 32767));
        assertThat(config.serviceCidrs()).containsExactly("10.0.0.0/24");
        assertThat(config.access().modes()).containsExactly(AuthorizationMode.ALWAYS_ALLOW);
        assertThat(config.access().takesAnonymous()).as("never with AlwaysAllow").isFalse();
        assertThat(config.access().audiences()).containsExactly("https://issuer.example");
        assertThat(config.access().jwksUri()).isEqualTo("https://192.168.7.9:6443/openid/v1/jwks");
        assertThat(Files.exists(directory.resolve("apiserver.crt")))
                .as("makes a certificate for itself")
                .isTrue();
        var names = AltNames.in(config.serving().get().certificate()).toString();
        assertThat(names).contains("127.0.0.1", "10.0.0.1", "kubernetes.default.svc");
    }

    @Test
    void flagsSetWhatTheySay() throws Exception {
        var config =
                options(
                                "--secure-port=7443",
                                "--authorization-mode=Node,RBAC",
                                "--api-audiences=a,b",
                                "--service-account-issuer=https://older.example",
                                "--service-node-port-range=31000+10",
                                "--service-cluster-ip-range=10.96.0.0/12,fd00::/108",
                                "--disable-admission-plugins=ServiceAccount",
                                "--enable-bootstrap-token-auth")
                        .server();
        assertThat(config.port()).isEqualTo(7443);
        assertThat(config.access().modes())
                .containsExactly(AuthorizationMode.NODE, AuthorizationMode.RBAC);
        assertThat(config.access().takesAnonymous()).isTrue();
        assertThat(config.access().takesBootstrapTokens()).isTrue();
        assertThat(config.access().audiences()).containsExactly("a", "b");
        assertThat(config.access().issuers())
                .containsExactly("https://issuer.example", "https://older.example");
        assertThat(config.nodePorts()).isEqualTo(new PortRange(31000, 31010));
        assertThat(config.admissionOff()).containsExactly("ServiceAccount");
    }

    @Test
    void wrongUsageIsToldInUpstreamsWords() throws Exception {
        refuses("--etcd-servers must be specified");
        var etcd = "--etcd-servers=http://127.0.0.1:2379";
        refuses(
                "authorization-mode \"Nobody\" is not a valid mode",
                etcd,
                "--authorization-mode=Nobody");
        refuses("has mode specified more than once", etcd, "--authorization-mode=RBAC,RBAC");
        refuses("--storage-backend invalid", etcd, "--storage-backend=etcd2");
        refuses("unrecognized feature gate: Nonsense", etcd, "--feature-gates=Nonsense=true");
        refuses("--allow-privileged=false is not supported", etcd, "--allow-privileged=false");
        refuses("must be specified together", etcd, "--tls-cert-file=" + directory.resolve("x"));
        refuses("--service-node-port-range", etcd, "--service-node-port-range=9-1");
        refuses("--secure-port 0 must be between 1 and 65535", etcd, "--secure-port=0");
    }

    @Test
    void frontProxiesOfTheClientsAuthorityNeedNames() throws Exception {
        var authority = CertificateAuthority.create("one", Instant.now());
        var pem = file("ca.crt", authority.credential().certificatePem());
        var flags =
                new String[] {
                    "--etcd-servers=http://127.0.0.1:2379",
                    "--client-ca-file=" + pem,
                    "--requestheader-client-ca-file=" + pem
                };
        refuses("contain overlapping certificates", flags);
    }

    @Test
    void aReplacedCertificateIsServedAtOnce() throws Exception {
        var authority = CertificateAuthority.create("one", Instant.now());
        var names = AltNames.of(List.of("localhost"));
        var first = authority.issue(CertificateSpec.server("s", names), Instant.now());
        var certificate = file("tls.crt", first.certificatePem());
        var key = file("tls.key", first.keyPem());
        var serving =
                options("--tls-cert-file=" + certificate, "--tls-private-key-file=" + key)
                        .server()
                        .serving();
        assertThat(serving.get().certificate()).isEqualTo(first.certificate());
        var second = authority.issue(CertificateSpec.server("s", names), Instant.now());
        file("tls.key", second.keyPem());
        file("tls.crt", second.certificatePem());
        var later = java.nio.file.attribute.FileTime.from(Instant.now().plusSeconds(5));
        Files.setLastModifiedTime(certificate, later);
        assertThat(serving.get().certificate()).isEqualTo(second.certificate());
    }
}
