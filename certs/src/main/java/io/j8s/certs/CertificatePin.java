package io.j8s.certs;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The hash of an authority's public key, by which a joining machine knows the right one (upstream:
/// kubeadm's `--discovery-token-ca-cert-hash`).
///
/// @param sha256 of the certificate's SubjectPublicKeyInfo, in lower-case hexadecimal
public record CertificatePin(String sha256) {

    private static final Pattern FORM = Pattern.compile("sha256:([0-9a-f]{64})");

    public static CertificatePin of(X509Certificate certificate) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return new CertificatePin(
                    HexFormat.of()
                            .formatHex(digest.digest(certificate.getPublicKey().getEncoded())));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// Empty for what is no pin.
    public static Optional<CertificatePin> parse(String text) {
        var match = FORM.matcher(text.toLowerCase(Locale.ROOT));
        return match.matches() ? Optional.of(new CertificatePin(match.group(1))) : Optional.empty();
    }

    /// `sha256:HEX`.
    public String text() {
        return "sha256:" + sha256;
    }
}
