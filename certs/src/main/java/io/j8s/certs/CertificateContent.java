package io.j8s.certs;

import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/// What a certificate of others says, read as widely as Go reads: the JDK's parser refuses one
/// without an issuer, which signers make and kube-apiserver takes. Nothing is verified.
public final class CertificateContent {

    private final X509CertificateHolder holder;

    private CertificateContent(X509CertificateHolder holder) {
        this.holder = holder;
    }

    public static CertificateContent parse(byte[] der) throws GeneralSecurityException {
        try {
            var content = new CertificateContent(new X509CertificateHolder(der));
            content.names(GeneralName.dNSName); // extensions are read late
            content.isAuthority();
            return content;
        } catch (IOException | IllegalArgumentException | ClassCastException e) {
            throw new GeneralSecurityException("malformed certificate", e);
        }
    }

    /// Whether the CA bit is set.
    public boolean isAuthority() {
        var constraints = BasicConstraints.fromExtensions(extensions());
        return constraints != null && constraints.isCA();
    }

    public Instant notBefore() {
        return holder.getNotBefore().toInstant();
    }

    public Instant notAfter() {
        return holder.getNotAfter().toInstant();
    }

    public boolean isFor(PublicKey key) throws GeneralSecurityException {
        try {
            return Arrays.equals(
                    key.getEncoded(), holder.getSubjectPublicKeyInfo().getEncoded("DER"));
        } catch (IOException e) {
            throw new GeneralSecurityException("malformed key", e);
        }
    }

    public List<String> dnsNames() {
        return names(GeneralName.dNSName);
    }

    public List<String> emailAddresses() {
        return names(GeneralName.rfc822Name);
    }

    private List<String> names(int kind) {
        var names = GeneralNames.fromExtensions(extensions(), Extension.subjectAlternativeName);
        return names == null
                ? List.of()
                : Arrays.stream(names.getNames())
                        .filter(name -> name.getTagNo() == kind)
                        .map(name -> ASN1IA5String.getInstance(name.getName()).getString())
                        .toList();
    }

    private Extensions extensions() {
        var extensions = holder.getExtensions();
        return extensions == null ? new Extensions(new Extension[0]) : extensions;
    }
}
