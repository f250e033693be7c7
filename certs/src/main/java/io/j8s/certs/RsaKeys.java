package io.j8s.certs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// RSA keys of 2,048 bits, which the search for primes makes dear: OpenSSL finds them in a fraction
/// of the time that a JVM takes which has just started, and on another core. Where it is missing,
/// or does not answer as expected, the JVM searches itself.
final class RsaKeys {

    private static final int BITS = 2048; // upstream: kubeadm's default
    private static final int LIMIT_SECONDS = 20;
    private static final int PEM_BYTES_MAX = 16 * 1024;

    private RsaKeys() {}

    static KeyPair make() throws GeneralSecurityException {
        var made = printedBy("openssl", "genrsa", Integer.toString(BITS));
        if (made.isPresent()) {
            return made.get();
        }
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(BITS);
        return generator.generateKeyPair();
    }

    /// @param command prints a private key in PEM
    /// @return empty when it is missing, takes too long or prints anything else
    static Optional<KeyPair> printedBy(String... command) {
        try {
            var process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            var _ =
                    process.onExit()
                            .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                            .exceptionally(_ -> process.destroyForcibly());
            process.getOutputStream().close();
            try (var out = process.getInputStream()) {
                var pem = new String(out.readNBytes(PEM_BYTES_MAX), StandardCharsets.US_ASCII);
                return pair(pem);
            }
        } catch (IOException | GeneralSecurityException _) {
            return Optional.empty();
        }
    }

    private static Optional<KeyPair> pair(String pem) throws GeneralSecurityException {
        return Pem.readPrivateKey(pem) instanceof RSAPrivateCrtKey key
                        && key.getModulus().bitLength() == BITS
                ? Optional.of(new KeyPair(ServiceAccountKeys.publicHalf(key), key))
                : Optional.empty();
    }
}
