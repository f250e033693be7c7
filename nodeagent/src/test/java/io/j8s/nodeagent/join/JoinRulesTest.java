package io.j8s.nodeagent.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.certs.BootstrapToken;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificatePin;
import io.j8s.certs.CertificateSpec;
import io.j8s.certs.Kubeconfig;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

final class JoinRulesTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final BootstrapToken TOKEN = new BootstrapToken("abcdef", "0123456789abcdef");

    private final CertificateAuthority authority = authority();
    private final String content =
            new Kubeconfig(
                            "",
                            "",
                            "https://10.0.0.1:6443",
                            authority.credential().certificatePem(),
                            new Kubeconfig.Login.None())
                    .yaml();

    @Test
    void trustsWhatWasSignedWithTheToken() throws Exception {
        var data = Map.of("kubeconfig", content, "jws-kubeconfig-abcdef", TOKEN.sign(content));
        assertThat(ClusterInfo.verified(data, TOKEN, List.of()).authorityPem())
                .isEqualTo(authority.credential().certificatePem());
        var pin = CertificatePin.of(authority.certificate());
        assertThat(ClusterInfo.verified(data, TOKEN, List.of(pin)).authorityPem()).isNotEmpty();
    }

    @Test
    void refusesAnotherSecretAnotherKeyAndNoSignature() {
        var other = new BootstrapToken("abcdef", "fedcba9876543210");
        var data = Map.of("kubeconfig", content, "jws-kubeconfig-abcdef", other.sign(content));
        assertThatThrownBy(() -> ClusterInfo.verified(data, TOKEN, List.of()))
                .hasMessageContaining("another secret");

        var unsigned = Map.of("kubeconfig", content);
        assertThatThrownBy(() -> ClusterInfo.verified(unsigned, TOKEN, List.of()))
                .hasMessageContaining("does not know the token \"abcdef\"");

        var signed = Map.of("kubeconfig", content, "jws-kubeconfig-abcdef", TOKEN.sign(content));
        var pin = CertificatePin.of(authority().certificate());
        assertThatThrownBy(() -> ClusterInfo.verified(signed, TOKEN, List.of(pin)))
                .hasMessageContaining("none of the given keys");
    }

    @Test
    void renewsWhenMostOfTheCertificatesLifeHasPassed() throws Exception {
        var certificate = authority.issue(CertificateSpec.node("n1"), NOW).certificate();
        var from = certificate.getNotBefore().toInstant();
        var life = Duration.between(from, certificate.getNotAfter().toInstant());
        assertThat(NodeCertificate.renewAt(certificate, 0))
                .isEqualTo(from.plusMillis((long) (life.toMillis() * 0.7)));
        assertThat(NodeCertificate.renewAt(certificate, 0.999))
                .isBefore(from.plusMillis((long) (life.toMillis() * 0.9)));
    }

    private static CertificateAuthority authority() {
        try {
            return CertificateAuthority.create("kubernetes", NOW);
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
