package io.j8s.apiserver.resources.certificates;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.certs.CertificateRequest;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/// Which requests for pods' certificates are valid (upstream:
/// `ValidatePodCertificateRequestCreate`).
final class PodCertificateRequestRules {

    static final String PKCS10 = "spec.stubPKCS10Request";
    static final String PKIX = "spec.pkixPublicKey";
    private static final String PROOF = "spec.proofOfPossession";
    private static final int UID_LENGTH_MAX = 128;
    private static final int BYTES_MAX = 10 * 1024;
    private static final int SECONDS_MIN = 60 * 60;
    private static final int SECONDS_MAX = 91 * 24 * 60 * 60;
    private static final int KUBERNETES_SECONDS_MAX = 24 * 60 * 60;
    private static final int SHA256_BYTES = 32;
    private static final List<Integer> CURVE_BITS = List.of(256, 384, 521);

    private PodCertificateRequestRules() {}

    static void create(At root) {
        SignerNames.validate(root, "spec.signerName");
        userAnnotations(root);
        root.dnsSubdomain("spec.podName");
        uid(root, "spec.podUID");
        root.dnsSubdomain("spec.serviceAccountName");
        uid(root, "spec.serviceAccountUID");
        root.dnsSubdomain("spec.nodeName");
        uid(root, "spec.nodeUID");
        if (!root.has("spec.maxExpirationSeconds")) {
            root.required("spec.maxExpirationSeconds", "must be set");
            return;
        }
        expiration(root);
        boolean hasStub = !root.string(PKCS10).isEmpty();
        boolean hasKey = !root.string(PKIX).isEmpty();
        boolean hasProof = !root.string(PROOF).isEmpty();
        if (hasStub && !hasKey && !hasProof) {
            stub(root);
        } else if (!hasStub && hasKey && hasProof) {
            proof(root);
        } else {
            root.errors()
                    .omitted(
                            "spec",
                            "exactly one of (stubPKCS10Request) or (pkixPublicKey,"
                                    + " proofOfPossession) must be set");
        }
    }

    private static void userAnnotations(At root) {
        String field = "spec.unverifiedUserAnnotations";
        long bytes = 0;
        for (var entry : root.tree().stringMap(field).entrySet()) {
            String key = entry.getKey().toLowerCase(Locale.ROOT);
            bytes += NameRules.utf8Length(key) + NameRules.utf8Length(entry.getValue());
            var mistakes = NameRules.qualifiedName(key);
            if (key.isEmpty()) {
                root.required(field);
            } else if (!mistakes.isEmpty()) {
                root.all(field, key, mistakes);
            } else if (key.indexOf('/') < 0) {
                root.invalid(field, key, "must be a domain-prefixed key (such as \"acme.io/foo\")");
            }
        }
        if (bytes > NameRules.ANNOTATIONS_BYTES_MAX) {
            root.errors().tooLong(field, NameRules.ANNOTATIONS_BYTES_MAX);
        }
    }

    private static void uid(At root, String field) {
        String uid = root.string(field);
        if (uid.isEmpty()) {
            root.invalid(field, "", "must not be empty");
        } else if (NameRules.utf8Length(uid) > UID_LENGTH_MAX) {
            root.errors().tooLong(field, UID_LENGTH_MAX);
        }
    }

    private static void expiration(At root) {
        long seconds = root.number("spec.maxExpirationSeconds");
        int max =
                SignerNames.isKubernetes(root.string("spec.signerName"))
                        ? KUBERNETES_SECONDS_MAX
                        : SECONDS_MAX;
        if (seconds < SECONDS_MIN || seconds > max) {
            root.invalid(
                    "spec.maxExpirationSeconds",
                    seconds,
                    "must be in the range [%d, %d]".formatted(SECONDS_MIN, max));
        }
    }

    private static void stub(At root) {
        if (bytes(root.string(PKCS10)).length > BYTES_MAX) {
            root.errors().tooLong(PKCS10, BYTES_MAX);
            return;
        }
        var key = keyOfStub(root.string(PKCS10));
        if (key == null) {
            root.errors().omitted(PKCS10, "must be a valid PKCS#10 CSR");
        } else if (isAllowed(root, PKCS10, key, "P256, P384, or P521")
                && !CertificateRequest.isSelfSigned(bytes(root.string(PKCS10)))) {
            root.errors().omitted(PKCS10, "invalid signature");
        }
    }

    /// The key in a stub request; null when it cannot be read.
    static @Nullable PublicKey keyOfStub(String base64) {
        try {
            return CertificateRequest.keyIn(bytes(base64));
        } catch (GeneralSecurityException _) {
            return null;
        }
    }

    /// A bare public key; null when it cannot be read.
    static @Nullable PublicKey key(String base64) {
        var encoded = new X509EncodedKeySpec(bytes(base64));
        for (String algorithm : List.of("EC", "RSA", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePublic(encoded);
            } catch (InvalidKeySpecException _) {
                // a key of another kind
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this JVM lacks " + algorithm, e);
            }
        }
        return null;
    }

    private static byte[] bytes(String base64) {
        return Base64.getDecoder().decode(base64); // it was decoded strictly
    }

    private static boolean isAllowed(At root, String field, PublicKey key, String curves) {
        switch (key) {
            case EdECPublicKey _ -> {
                return true;
            }
            case ECPublicKey curve -> {
                int bits = curve.getParams().getCurve().getField().getFieldSize();
                if (CURVE_BITS.contains(bits)) {
                    return true;
                }
                root.invalid(
                        field, "curve P-" + bits, "elliptic public keys must use curve " + curves);
            }
            case RSAPublicKey rsa -> {
                int bits = (rsa.getModulus().bitLength() + 7) / 8 * 8;
                if (bits == 3072 || bits == 4096) {
                    return true;
                }
                root.invalid(
                        field,
                        bits + "-bit modulus",
                        "RSA keys must have modulus size 3072 or 4096");
            }
            default ->
                    root.errors()
                            .omitted(
                                    field,
                                    "unknown public key type; supported types are Ed25519, ECDSA,"
                                            + " and RSA");
        }
        return false;
    }

    private static void proof(At root) {
        for (String field : List.of(PKIX, PROOF)) {
            if (bytes(root.string(field)).length > BYTES_MAX) {
                root.errors().tooLong(field, BYTES_MAX);
                return;
            }
        }
        var key = key(root.string(PKIX));
        if (key == null) {
            root.invalid(PKIX, root.string(PKIX), "must be a valid PKIX-serialized public key");
        } else if (isAllowed(root, PKIX, key, "P256 or P384")
                && !proves(key, root.string("spec.podUID"), bytes(root.string(PROOF)))) {
            root.errors().omitted(PROOF, "could not verify proof-of-possession signature");
        }
    }

    private static boolean proves(PublicKey key, String podUid, byte[] signature) {
        try {
            return switch (key) {
                case EdECPublicKey _ -> verifies("Ed25519", null, key, podUid, signature);
                case ECPublicKey _ -> verifies("SHA256withECDSA", null, key, podUid, signature);
                case RSAPublicKey rsa -> {
                    int bytes = (rsa.getModulus().bitLength() + 6) / 8;
                    // upstream takes any length of salt; signers use that of the hash or the most
                    yield verifies("RSASSA-PSS", SHA256_BYTES, key, podUid, signature)
                            || verifies(
                                    "RSASSA-PSS", bytes - SHA256_BYTES - 2, key, podUid, signature);
                }
                default -> false;
            };
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private static boolean verifies(
            String algorithm, @Nullable Integer salt, PublicKey key, String text, byte[] proof)
            throws GeneralSecurityException {
        var verifier = Signature.getInstance(algorithm);
        if (salt != null) {
            verifier.setParameter(
                    new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, salt, 1));
        }
        verifier.initVerify(key);
        verifier.update(text.getBytes(StandardCharsets.UTF_8));
        return verifier.verify(proof);
    }
}
