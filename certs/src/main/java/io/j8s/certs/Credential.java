package io.j8s.certs;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/// A private key with its certificate: what a client or server proves its identity with.
///
/// @param chain the certificate itself first
public record Credential(PrivateKey key, List<X509Certificate> chain) {

    public Credential {
        chain = List.copyOf(chain);
    }

    public X509Certificate certificate() {
        return chain.getFirst();
    }

    public String certificatePem() {
        return Pem.certificates(chain);
    }

    public String keyPem() {
        return Pem.key(key);
    }

    /// Certificates and key in one text, as kubelets keep them.
    public String pem() {
        return certificatePem() + keyPem();
    }

    /// Reads what [#pem] wrote.
    public static Credential parse(String pem) throws GeneralSecurityException {
        var chain = Pem.readCertificates(pem);
        if (chain.isEmpty()) {
            throw new GeneralSecurityException("no certificate in it");
        }
        return new Credential(Pem.readPrivateKey(pem), chain);
    }

    /// Never the key: credentials end up in logs otherwise.
    @Override
    public String toString() {
        return "Credential[" + certificate().getSubjectX500Principal() + "]";
    }
}
