package io.j8s.certs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.Signature;

class RsaKeysTest {

    @TempDir private Path directory;

    @Test
    void madeKeysAreAPair() throws Exception {
        assertSigns(RsaKeys.make());
    }

    @Test
    void whatAProgramPrintsIsTakenOnlyWhenItIsSuchAKey() throws Exception {
        var pem = Pem.key(RsaKeys.make().getPrivate());
        assertSigns(RsaKeys.printedBy("echo", pem).orElseThrow());
        assertThat(RsaKeys.printedBy("echo", "no key")).isEmpty();
        assertThat(RsaKeys.printedBy("false")).isEmpty();
        assertThat(RsaKeys.printedBy("/no/such/program")).isEmpty();
        var elliptic = Pem.key(CertificateAuthority.newKeys().getPrivate());
        assertThat(RsaKeys.printedBy("echo", elliptic)).isEmpty();
    }

    @Test
    void keyThatTheLauncherBeganIsTakenOnlyWhenItIsSuchAKey() throws Exception {
        var file = directory.resolve("key");
        Files.writeString(file, Pem.key(RsaKeys.make().getPrivate()));
        assertSigns(RsaKeys.comingThrough(file).orElseThrow());
        Files.writeString(file, "");
        assertThat(RsaKeys.comingThrough(file)).isEmpty();
        Files.writeString(file, Pem.key(CertificateAuthority.newKeys().getPrivate()));
        assertThat(RsaKeys.comingThrough(file)).isEmpty();
        assertThat(RsaKeys.comingThrough(directory.resolve("absent"))).isEmpty();
    }

    private static void assertSigns(KeyPair keys) throws Exception {
        var signer = Signature.getInstance("SHA256withRSA");
        signer.initSign(keys.getPrivate());
        signer.update(new byte[] {1, 2, 3});
        var signature = signer.sign();
        var verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(keys.getPublic());
        verifier.update(new byte[] {1, 2, 3});
        assertThat(verifier.verify(signature)).isTrue();
    }
}
