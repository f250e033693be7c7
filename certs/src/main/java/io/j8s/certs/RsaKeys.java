package io.j8s.certs;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/// RSA keys of 2,048 bits, which the search for primes makes dear: OpenSSL finds them in a fraction
/// of the time that a JVM takes which has just started, and on another core. Where it is missing,
/// or does not answer as expected, the JVM searches itself.
///
/// How long a search takes is luck: a tenth of a second to more than one. So the launcher begins
/// one before the JVM, and names the pipe that the key comes through.
final class RsaKeys {

    private static final int BITS = 2048; // upstream: kubeadm's default
    private static final int LIMIT_SECONDS = 20;
    private static final int PEM_BYTES_MAX = 16 * 1024;

    private RsaKeys() {}

    /// The launcher's, for the first key that is wanted; null when there is none, or no more.
    private static final AtomicReference<@Nullable String> BEGUN =
            new AtomicReference<>(System.getProperty("j8s.rsa.key"));

    static KeyPair make() throws GeneralSecurityException {
        var begun = BEGUN.getAndSet(null);
        if (begun != null) {
            var found = comingThrough(Path.of(begun));
            if (found.isPresent()) {
                return found.get();
            }
        }
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
                return read(out);
            }
        } catch (IOException | GeneralSecurityException _) {
            return Optional.empty();
        }
    }

    /// @param pipe somebody writes a private key in PEM into it
    /// @return empty when it takes too long or is anything else
    static Optional<KeyPair> comingThrough(Path pipe) {
        var reading =
                new FutureTask<>(() -> {
                    try (var in = Files.newInputStream(pipe)) {
                        return read(in);
                    }
                });
        Thread.ofPlatform().name("begun key").daemon().start(reading);
        try {
            return reading.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException _) {
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static Optional<KeyPair> read(InputStream in)
            throws IOException, GeneralSecurityException {
        return pair(new String(in.readNBytes(PEM_BYTES_MAX), StandardCharsets.US_ASCII));
    }

    private static Optional<KeyPair> pair(String pem) throws GeneralSecurityException {
        return Pem.readPrivateKey(pem) instanceof RSAPrivateCrtKey key
                        && key.getModulus().bitLength() == BITS
                ? Optional.of(new KeyPair(ServiceAccountKeys.publicHalf(key), key))
                : Optional.empty();
    }
}
