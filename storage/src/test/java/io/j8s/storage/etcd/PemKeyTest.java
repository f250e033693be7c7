package io.j8s.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

class PemKeyTest {

    private static final String P256 = "06082a8648ce3d030107"; // OBJECT IDENTIFIER prime256v1

    private static final int RSA_BITS = 1024; // written as longer ones are, and found in no time

    @TempDir private Path directory = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void readsPkcs8(String algorithm) throws Exception {
        var generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("RSA")) {
            generator.initialize(RSA_BITS);
        }
        PrivateKey key = generator.generateKeyPair().getPrivate();

        assertThat(read("PRIVATE KEY", key.getEncoded())).isEqualTo(key);
    }

    @Test
    void readsPkcs1AsKubeadmWritesIt() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(RSA_BITS);
        PrivateKey key = generator.generateKeyPair().getPrivate();
        byte[] pkcs8 = key.getEncoded();
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length); // behind the envelope

        assertThat(read("RSA PRIVATE KEY", pkcs1)).isEqualTo(key);
    }

    @Test
    void readsSec1AsOpensslWritesIt() throws Exception {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) 7);
        byte[] sec1 =
                ByteBuffer.allocate(51)
                        .put(HexFormat.of().parseHex("30310201010420"))
                        .put(secret)
                        .put(HexFormat.of().parseHex("a00a" + P256))
                        .array();

        var key = (ECPrivateKey) read("EC PRIVATE KEY", sec1);
        assertThat(key.getS()).isEqualTo(new BigInteger(1, secret));
    }

    @Test
    void saysWhenThereIsNoKey() throws Exception {
        Path file = Files.writeString(directory.resolve("none"), "nothing");

        assertThatThrownBy(() -> PemKey.read(file))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessage(file + " contains no PEM private key");
    }

    private PrivateKey read(String type, byte[] der) throws Exception {
        String text =
                "-----BEGIN "
                        + type
                        + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                        + "\n-----END "
                        + type
                        + "-----\n";
        return PemKey.read(Files.writeString(directory.resolve("key.pem"), text));
    }
}
