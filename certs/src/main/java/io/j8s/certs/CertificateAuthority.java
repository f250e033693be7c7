package io.j8s.certs;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/// An authority with its private key: signs certificates. Safe for use by many threads.
public final class CertificateAuthority {

    private static final Duration TTL = Duration.ofDays(3650); // upstream: kubeadm, ten years
    // upstream: the signer's Backdate and Short (pkg/controller/certificates/signer)
    private static final Duration BACKDATE = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofHours(8);

    private static final String SUBJECT_KEY_ID = "2.5.29.14";
    private static final String AUTHORITY_KEY_ID = "2.5.29.35";
    private static final int KEY_ID_BYTES = 20; // SHA-1, as RFC 5280 and everybody has it
    private static final int KEY_ID_HEAD = KEY_ID_BYTES + 4; // in its two DER wrappings

    private final Credential self;

    public CertificateAuthority(Credential self) {
        this.self = self;
    }

    /// A new self-signed authority.
    public static CertificateAuthority create(String commonName, Instant now)
            throws GeneralSecurityException {
        var keys = newKeys();
        var content =
                new X509Writer.Content(
                        X509Writer.name(commonName, List.of()),
                        keys.getPublic(),
                        AltNames.of(List.of(commonName)), // upstream: kubeadm names it so too
                        Set.of(Usage.DIGITAL_SIGNATURE, Usage.KEY_ENCIPHERMENT, Usage.CERT_SIGN),
                        true,
                        now.minus(BACKDATE),
                        now.plus(TTL));
        var certificate = X509Writer.sign(content, keys.getPrivate(), null);
        return new CertificateAuthority(new Credential(keys.getPrivate(), List.of(certificate)));
    }

    public Credential credential() {
        return self;
    }

    public X509Certificate certificate() {
        return self.certificate();
    }

    /// Makes a key and a certificate for it.
    public Credential issue(CertificateSpec spec, Instant now) throws GeneralSecurityException {
        var keys = newKeys(spec.keyType());
        var content =
                new X509Writer.Content(
                        X509Writer.name(spec.commonName(), spec.organizations()),
                        keys.getPublic(),
                        spec.altNames(),
                        spec.usages(),
                        false,
                        now.minus(BACKDATE),
                        cap(now.plus(spec.ttl())));
        var certificate = X509Writer.sign(content, self.key(), certificate());
        return new Credential(keys.getPrivate(), List.of(certificate));
    }

    /// Signs a client's request: subject and names as asked for, everything else by `usages` and
    /// `ttl` (upstream: `PermissiveSigningPolicy`).
    ///
    /// @return the certificate as PEM
    public String sign(CertificateRequest request, Set<Usage> usages, Duration ttl, Instant now)
            throws GeneralSecurityException {
        if (certificate().getNotAfter().toInstant().isBefore(now)) {
            throw new GeneralSecurityException(
                    "the signer has expired: NotAfter=" + certificate().getNotAfter().toInstant());
        }
        var notBefore = now.minus(BACKDATE);
        // upstream: short-lived certificates get their full time from now on
        var notAfter = ttl.compareTo(SHORT) < 0 ? now.plus(ttl) : notBefore.plus(ttl);
        var content =
                new X509Writer.Content(
                        request.subject(),
                        request.key(),
                        request.altNames(),
                        usages,
                        false,
                        notBefore,
                        cap(notAfter));
        return Pem.certificates(List.of(X509Writer.sign(content, self.key(), certificate())));
    }

    /// Whether this authority signed `certificate`. Key identifiers decide where both have them:
    /// they are enough to notice an exchanged authority in files of our own, and a start need not
    /// warm up signature checks for it. This is no proof: clients' certificates are verified.
    boolean issued(X509Certificate certificate) {
        if (!certificate.getIssuerX500Principal().equals(certificate().getSubjectX500Principal())) {
            return false;
        }
        byte[] own = certificate().getExtensionValue(SUBJECT_KEY_ID);
        byte[] named = certificate.getExtensionValue(AUTHORITY_KEY_ID);
        boolean areUsual =
                own != null
                        && named != null
                        && own.length == KEY_ID_HEAD
                        && named.length == KEY_ID_HEAD + 2;
        return areUsual
                ? HexFormat.of()
                        .formatHex(named)
                        .endsWith(
                                HexFormat.of()
                                        .formatHex(own, KEY_ID_HEAD - KEY_ID_BYTES, own.length))
                : signed(certificate);
    }

    /// Whether the signature of `certificate` is this authority's.
    public boolean signed(X509Certificate certificate) {
        try {
            certificate.verify(certificate().getPublicKey());
            return certificate
                    .getIssuerX500Principal()
                    .equals(certificate().getSubjectX500Principal());
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /// A P-256 key pair: fast to make and to use, known to every client.
    public static KeyPair newKeys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static KeyPair newKeys(CertificateSpec.KeyType type) throws GeneralSecurityException {
        return switch (type) {
            case EC -> newKeys();
            case RSA -> RsaKeys.make();
        };
    }

    private Instant cap(Instant notAfter) {
        var own = certificate().getNotAfter().toInstant();
        return notAfter.isAfter(own) ? own : notAfter;
    }
}
