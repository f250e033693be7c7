package io.j8s.certs;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
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
