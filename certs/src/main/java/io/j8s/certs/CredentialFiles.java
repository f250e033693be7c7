package io.j8s.certs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.util.function.Supplier;

/// A key and its certificate in two files that others may replace while they are in use: what is
/// new is taken at the next call, what is unreadable leaves the last good pair in use. Any thread.
public final class CredentialFiles implements Supplier<Credential> {

    private final Path certificate;
    private final Path key;
    private volatile Loaded loaded;

    private record Loaded(Credential credential, FileTime certificateTime, FileTime keyTime) {}

    /// @throws GeneralSecurityException when the files are there and no good pair
    public CredentialFiles(Path certificate, Path key)
            throws IOException, GeneralSecurityException {
        this.certificate = certificate;
        this.key = key;
        this.loaded = load();
    }

    @Override
    public Credential get() {
        var present = loaded;
        try {
            if (!present.certificateTime.equals(Files.getLastModifiedTime(certificate))
                    || !present.keyTime.equals(Files.getLastModifiedTime(key))) {
                loaded = load();
            }
        } catch (IOException | UncheckedIOException | GeneralSecurityException _) {
            // half written: the next call looks again
        }
        return loaded.credential;
    }

    private Loaded load() throws IOException, GeneralSecurityException {
        var certificateTime = Files.getLastModifiedTime(certificate);
        var keyTime = Files.getLastModifiedTime(key);
        var chain = Pem.readCertificates(Files.readString(certificate));
        if (chain.isEmpty()) {
            throw new GeneralSecurityException("no certificate in " + certificate);
        }
        var credential = new Credential(Pem.readPrivateKey(Files.readString(key)), chain);
        if (!credential
                .key()
                .getAlgorithm()
                .equals(chain.getFirst().getPublicKey().getAlgorithm())) {
            throw new GeneralSecurityException(key + " is not the key of " + certificate);
        }
        return new Loaded(credential, certificateTime, keyTime);
    }
}
