package io.j8s.certs;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// The key that signs service-account tokens and all keys whose tokens are accepted.
///
/// @param trusted the signer's public key first; further ones were signers before
public record ServiceAccountKeys(PrivateKey signer, List<PublicKey> trusted) {

    public ServiceAccountKeys {
        trusted = List.copyOf(trusted);
    }

    /// Fresh ES256 keys.
    public static ServiceAccountKeys create() throws GeneralSecurityException {
        KeyPair keys = CertificateAuthority.newKeys();
        return new ServiceAccountKeys(keys.getPrivate(), List.of(keys.getPublic()));
    }

    /// The key of `--service-account-private-key-file` with its own public half.
    ///
    /// @throws GeneralSecurityException when it is unreadable, or neither RSA nor EC
    public static ServiceAccountKeys ofSigner(String pem) throws GeneralSecurityException {
        var key = Pem.readPrivateKey(pem);
        return new ServiceAccountKeys(key, List.of(publicHalf(key)));
    }

    /// Keys from files, as upstream's flags name them.
    ///
    /// @param signer `--service-account-signing-key-file`
    /// @param trusted `--service-account-key-file`: public keys, or private ones whose public half
    ///   is meant
    /// @throws GeneralSecurityException when one is unreadable, or the signer's public key is not
    ///   among the trusted: its tokens would be refused
    public static ServiceAccountKeys of(String signer, List<String> trusted)
            throws GeneralSecurityException {
        var key = Pem.readPrivateKey(signer);
        var others = new ArrayList<PublicKey>();
        for (var pem : trusted) {
            others.addAll(publicKeys(pem));
        }
        for (var candidate : others) {
            if (isPair(key, candidate)) {
                others.remove(candidate);
                others.addFirst(candidate);
                return new ServiceAccountKeys(key, others);
            }
        }
        throw new GeneralSecurityException("the signing key has no public key among the others");
    }

    private static List<PublicKey> publicKeys(String pem) throws GeneralSecurityException {
        var found = new ArrayList<>(Pem.readPublicKeys(pem));
        for (var certificate : Pem.readCertificates(pem)) {
            found.add(certificate.getPublicKey());
        }
        if (!found.isEmpty()) {
            return found;
        }
        return List.of(publicHalf(Pem.readPrivateKey(pem)));
    }

    static PublicKey publicHalf(PrivateKey key) throws GeneralSecurityException {
        return switch (key) {
            case RSAPrivateCrtKey rsa ->
                    KeyFactory.getInstance("RSA")
                            .generatePublic(
                                    new RSAPublicKeySpec(
                                            rsa.getModulus(), rsa.getPublicExponent()));
            case ECPrivateKey ec -> ForeignPem.publicHalf(ec);
            default -> throw new GeneralSecurityException("no public key in PEM text");
        };
    }

    /// Whether what one signs the other verifies.
    private static boolean isPair(PrivateKey key, PublicKey candidate)
            throws GeneralSecurityException {
        if (!key.getAlgorithm().equals(candidate.getAlgorithm())) {
            return false;
        }
        var algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        var signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(candidate.getEncoded());
        byte[] signed = signature.sign();
        signature.initVerify(candidate);
        signature.update(candidate.getEncoded());
        try {
            return signature.verify(signed);
        } catch (SignatureException _) {
            return false; // of another curve or size
        }
    }

    /// The `kid` of a key: unpadded base64url of the SHA-256 of its DER form, as upstream computes
    /// it, so that tokens stay valid when the key moves to or from an upstream server.
    public static String id(PublicKey key) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("JDK without SHA-256", e);
        }
    }

    /// Never the key.
    @Override
    public String toString() {
        return "ServiceAccountKeys[" + trusted.size() + " trusted]";
    }
}
