package io.j8s.certs;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Writes X.509 certificates and PKCS #10 requests: BouncyCastle for the structure, the JDK for the
/// signature (BouncyCastle's own signers would triple the time of the first start).
final class X509Writer {

    private static final SecureRandom RANDOM = new SecureRandom();

    private X509Writer() {}

    /// Everything that stands in a certificate.
    record Content(
            X500Name subject,
            PublicKey key,
            AltNames altNames,
            Set<Usage> usages,
            boolean isAuthority,
            Instant notBefore,
            Instant notAfter) {}

    /// @param issuer the signer's certificate; null for a self-signed one
    static X509Certificate sign(
            Content content, PrivateKey signer, @Nullable X509Certificate issuer)
            throws GeneralSecurityException {
        var algorithm = signatureAlgorithm(signer);
        var body = new V3TBSCertificateGenerator();
        body.setSerialNumber(new ASN1Integer(serial()));
        body.setIssuer(issuer == null ? content.subject : subject(issuer));
        body.setSubject(content.subject);
        body.setStartDate(time(content.notBefore));
        body.setEndDate(time(content.notAfter));
        body.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(content.key.getEncoded()));
        body.setSignature(algorithm);
        try {
            var authorityKey = issuer == null ? content.key : issuer.getPublicKey();
            body.setExtensions(extensions(content, keyId(authorityKey, issuer)));
            var signed = seal(body.generateTBSCertificate(), algorithm, signer);
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(signed));
        } catch (IOException e) {
            throw new GeneralSecurityException("cannot encode certificate", e);
        }
    }

    /// As RFC 5280 wants it: two digits for the year until 2049. Written here, because the library
    /// formats a date with calendars and locales, which a first start would wait for.
    private static Time time(Instant instant) {
        var utc = instant.atOffset(ZoneOffset.UTC);
        int year = utc.getYear();
        var digits = new StringBuilder();
        if (year < 1950 || year > 2049) {
            digits.append(padded(year / 100));
        }
        digits.append(padded(year % 100))
                .append(padded(utc.getMonthValue()))
                .append(padded(utc.getDayOfMonth()))
                .append(padded(utc.getHour()))
                .append(padded(utc.getMinute()))
                .append(padded(utc.getSecond()))
                .append('Z');
        return new Time(
                digits.length() == 13
                        ? new DERUTCTime(digits.toString())
                        : new DERGeneralizedTime(digits.toString()));
    }

    private static String padded(int number) {
        return number < 10 ? "0" + number : Integer.toString(number);
    }

    /// A PKCS #10 request as DER.
    static byte[] request(CertificateSpec spec, PublicKey key, PrivateKey signer)
            throws GeneralSecurityException {
        var algorithm = signatureAlgorithm(signer);
        var attributes = new ASN1EncodableVector();
        try {
            if (!spec.altNames().isEmpty()) {
                var extensions = new ExtensionsGenerator();
                extensions.addExtension(
                        Extension.subjectAlternativeName, false, generalNames(spec.altNames()));
                attributes.add(
                        new Attribute(
                                PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
                                new DERSet(extensions.generate())));
            }
            var info =
                    new CertificationRequestInfo(
                            name(spec.commonName(), spec.organizations()),
                            SubjectPublicKeyInfo.getInstance(key.getEncoded()),
                            new DERSet(attributes));
            return seal(info, algorithm, signer);
        } catch (IOException e) {
            throw new GeneralSecurityException("cannot encode request", e);
        }
    }

    /// `O=…, CN=…` in the order that Go writes them.
    static X500Name name(String commonName, List<String> organizations) {
        var rdns = new ArrayList<RDN>();
        if (!organizations.isEmpty()) {
            var values = new AttributeTypeAndValue[organizations.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] =
                        new AttributeTypeAndValue(
                                BCStyle.O, new DERUTF8String(organizations.get(i)));
            }
            rdns.add(new RDN(values));
        }
        if (!commonName.isEmpty()) {
            rdns.add(new RDN(BCStyle.CN, new DERUTF8String(commonName)));
        }
        return new X500Name(rdns.toArray(RDN[]::new));
    }

    private static byte[] seal(ASN1Object body, AlgorithmIdentifier algorithm, PrivateKey signer)
            throws GeneralSecurityException, IOException {
        var signature = Signature.getInstance(isRsa(signer) ? "SHA256withRSA" : "SHA256withECDSA");
        signature.initSign(signer);
        signature.update(body.getEncoded(ASN1Encoding.DER));
        return new DERSequence(
                        new ASN1Encodable[] {body, algorithm, new DERBitString(signature.sign())})
                .getEncoded(ASN1Encoding.DER);
    }

    private static AlgorithmIdentifier signatureAlgorithm(PrivateKey signer) {
        return isRsa(signer)
                ? new AlgorithmIdentifier(
                        PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE)
                : new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    }

    private static boolean isRsa(PrivateKey key) {
        return key instanceof RSAKey || key.getAlgorithm().equals("RSA");
    }

    private static BigInteger serial() {
        return new BigInteger(127, RANDOM).setBit(126); // positive, 16 bytes, never zero
    }

    private static X500Name subject(X509Certificate certificate) {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    private static Extensions extensions(Content content, byte[] authorityKeyId)
            throws IOException, GeneralSecurityException {
        var out = new ExtensionsGenerator();
        int keyUsage =
                content.usages.stream().mapToInt(Usage::keyUsageBit).reduce(0, (a, b) -> a | b);
        if (keyUsage != 0) {
            out.addExtension(Extension.keyUsage, true, new KeyUsage(keyUsage));
        }
        var purposes = new TreeSet<String>();
        for (var usage : content.usages) {
            if (!usage.extendedOid().isEmpty()) {
                purposes.add(usage.extendedOid());
            }
        }
        if (!purposes.isEmpty()) {
            out.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(
                            purposes.stream()
                                    .map(oid ->
                                            KeyPurposeId.getInstance(new ASN1ObjectIdentifier(oid)))
                                    .toArray(KeyPurposeId[]::new)));
        }
        out.addExtension(
                Extension.basicConstraints, true, new BasicConstraints(content.isAuthority));
        if (content.isAuthority) {
            out.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new SubjectKeyIdentifier(keyId(content.key, null)));
        } else {
            out.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new AuthorityKeyIdentifier(authorityKeyId));
        }
        if (!content.altNames.isEmpty()) {
            out.addExtension(
                    Extension.subjectAlternativeName, false, generalNames(content.altNames));
        }
        return out.generate();
    }

    private static GeneralNames generalNames(AltNames names) {
        var out = new ArrayList<GeneralName>();
        new TreeSet<>(names.dns()).forEach(n -> out.add(new GeneralName(GeneralName.dNSName, n)));
        new TreeSet<>(names.emails())
                .forEach(n -> out.add(new GeneralName(GeneralName.rfc822Name, n)));
        new TreeSet<>(names.ips())
                .forEach(n ->
                        out.add(
                                new GeneralName(
                                        GeneralName.iPAddress,
                                        new DEROctetString(IpText.bytes(n)))));
        new TreeSet<>(names.uris())
                .forEach(n -> out.add(new GeneralName(GeneralName.uniformResourceIdentifier, n)));
        return new GeneralNames(out.toArray(GeneralName[]::new));
    }

    /// The signer's own subject key identifier where it has one (an authority made elsewhere may
    /// compute it otherwise), else SHA-1 of the key bits (RFC 5280, 4.2.1.2).
    private static byte[] keyId(PublicKey key, @Nullable X509Certificate certificate)
            throws GeneralSecurityException {
        if (certificate != null) {
            byte[] wrapped = certificate.getExtensionValue(Extension.subjectKeyIdentifier.getId());
            if (wrapped != null) {
                return SubjectKeyIdentifier.getInstance(
                                ASN1OctetString.getInstance(wrapped).getOctets())
                        .getKeyIdentifier();
            }
        }
        var bits = SubjectPublicKeyInfo.getInstance(key.getEncoded()).getPublicKeyData().getBytes();
        return MessageDigest.getInstance("SHA-1").digest(bits);
    }
}
