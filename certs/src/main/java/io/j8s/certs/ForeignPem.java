package io.j8s.certs;

import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jcajce.provider.asymmetric.util.EC5Util;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;

/// Private keys as kubeadm and OpenSSL write them (`RSA PRIVATE KEY`, `EC PRIVATE KEY`), for the
/// takeover of an existing cluster's PKI.
final class ForeignPem {

    private ForeignPem() {}

    static PrivateKey privateKey(String pem) throws GeneralSecurityException {
        try (var parser = new PEMParser(new StringReader(pem))) {
            for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
                switch (next) {
                    case PEMKeyPair pair -> {
                        return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
                    }
                    case PrivateKeyInfo info -> {
                        return new JcaPEMKeyConverter().getPrivateKey(info);
                    }
                    default -> {} // e.g. EC PARAMETERS stand before the key
                }
            }
        } catch (IOException e) {
            throw new GeneralSecurityException("unreadable private key", e);
        }
        throw new GeneralSecurityException("no private key in PEM text");
    }

    /// The public key that belongs to a private one, which the JDK cannot compute.
    static PublicKey publicHalf(ECPrivateKey key) throws GeneralSecurityException {
        var point = EC5Util.convertSpec(key.getParams()).getG().multiply(key.getS()).normalize();
        var w =
                new ECPoint(
                        point.getAffineXCoord().toBigInteger(),
                        point.getAffineYCoord().toBigInteger());
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(w, key.getParams()));
    }
}
