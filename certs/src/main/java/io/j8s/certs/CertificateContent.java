package io.j8s.certs;

import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/// What a certificate of others says, read as widely as Go reads: the JDK and BouncyCastle refuse
/// one without an issuer, which signers make and kube-apiserver takes. Nothing is verified.
public final class CertificateContent {

    private static final int EXTENSIONS = 3; // X.509's tag

    private final Instant notBefore;
    private final Instant notAfter;
    private final SubjectPublicKeyInfo key;
    private final Extensions extensions;

    private CertificateContent(ASN1Sequence signed) {
        // after an optional version: serial, algorithm, issuer, validity, subject, key
        int first = signed.getObjectAt(0) instanceof ASN1TaggedObject ? 1 : 0;
        var validity = ASN1Sequence.getInstance(signed.getObjectAt(first + 3));
        notBefore = Time.getInstance(validity.getObjectAt(0)).getDate().toInstant();
        notAfter = Time.getInstance(validity.getObjectAt(1)).getDate().toInstant();
        key = SubjectPublicKeyInfo.getInstance(signed.getObjectAt(first + 5));
        extensions =
                signed.getObjectAt(signed.size() - 1) instanceof ASN1TaggedObject tagged
                                && tagged.getTagNo() == EXTENSIONS
                        ? Extensions.getInstance(tagged, true)
                        : new Extensions(new Extension[0]);
    }

    public static CertificateContent parse(byte[] der) throws GeneralSecurityException {
        try {
            var certificate = ASN1Sequence.getInstance(der);
            var content =
                    new CertificateContent(ASN1Sequence.getInstance(certificate.getObjectAt(0)));
            content.names(GeneralName.dNSName); // extensions are read late
            content.isAuthority();
            return content;
        } catch (IllegalArgumentException
                | IndexOutOfBoundsException
                | ClassCastException
                | IllegalStateException e) {
            throw new GeneralSecurityException("malformed certificate", e);
        }
    }

    /// Whether the CA bit is set.
    public boolean isAuthority() {
        var constraints = BasicConstraints.fromExtensions(extensions);
        return constraints != null && constraints.isCA();
    }

    public Instant notBefore() {
        return notBefore;
    }

    public Instant notAfter() {
        return notAfter;
    }

    public boolean isFor(PublicKey wanted) throws GeneralSecurityException {
        try {
            return Arrays.equals(wanted.getEncoded(), key.getEncoded("DER"));
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
        var names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        return names == null
                ? List.of()
                : Arrays.stream(names.getNames())
                        .filter(name -> name.getTagNo() == kind)
                        .map(name -> ASN1IA5String.getInstance(name.getName()).getString())
                        .toList();
    }
}
