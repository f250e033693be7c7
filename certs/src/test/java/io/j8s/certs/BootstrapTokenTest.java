package io.j8s.certs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BootstrapTokenTest {

    /// Made by `k8s.io/cluster-bootstrap/token/jws`.
    private static final String UPSTREAM =
            "eyJhbGciOiJIUzI1NiIsImtpZCI6Impvc2h1YSJ9..RPKtqekx99WnGhDhDR89WGNr_y09aCBAsQ2iIbkTzPk";

    @Test
    void isWrittenAndReadAsIdAndSecret() {
        var token = BootstrapToken.create();
        assertThat(token.text()).matches("[a-z0-9]{6}\\.[a-z0-9]{16}");
        assertThat(BootstrapToken.parse(token.text())).contains(token);
        assertThat(BootstrapToken.parse("ABCDEF.0123456789abcdef")).isEmpty();
        assertThat(token.toString()).doesNotContain(token.secret());
    }

    @Test
    void signsAsUpstream() {
        var token = new BootstrapToken("joshua", "0123456789abcdef");
        assertThat(token.sign("Hello from the other side. I must have called a thousand times."))
                .isEqualTo(UPSTREAM);
        assertThat(token.signed("something else", UPSTREAM)).isFalse();
    }

    @Test
    void pinsAreOfTheKey() throws Exception {
        var authority = CertificateAuthority.create("kubernetes", java.time.Instant.EPOCH);
        var pin = CertificatePin.of(authority.certificate());
        assertThat(CertificatePin.parse(pin.text())).contains(pin);
        assertThat(CertificatePin.parse("sha1:00")).isEmpty();
    }
}
