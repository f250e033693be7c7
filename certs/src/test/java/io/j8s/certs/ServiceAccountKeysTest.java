package io.j8s.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;

class ServiceAccountKeysTest {

    @ParameterizedTest
    @CsvSource({"EC,secp256r1", "EC,secp384r1", "RSA,2048"})
    void aPrivateKeyAloneGivesItsPublicHalf(String algorithm, String size) throws Exception {
        var generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(new ECGenParameterSpec(size));
        } else {
            generator.initialize(Integer.parseInt(size));
        }
        var pair = generator.generateKeyPair();

        var keys = ServiceAccountKeys.ofSigner(Pem.key(pair.getPrivate()));

        assertThat(keys.trusted()).containsExactly(pair.getPublic());
        assertThat(ServiceAccountKeys.id(keys.trusted().getFirst()))
                .isEqualTo(ServiceAccountKeys.id(pair.getPublic()));
    }

    @Test
    void aTextWithoutAKeyIsRefused() {
        assertThatThrownBy(() -> ServiceAccountKeys.ofSigner("nothing"))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessage("no private key in PEM text");
    }
}
