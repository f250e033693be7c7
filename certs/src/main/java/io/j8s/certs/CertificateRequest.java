package io.j8s.certs;

import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// A PKCS #10 request as clients put it, base64 of PEM, into a CertificateSigningRequest. Its own
/// signature has been verified.
public final class CertificateRequest {

    private final X500Name subject;
    private final PublicKey key;
    private final String commonName;
    private final List<String> organizations;
    private final AltNames altNames;

    private CertificateRequest(X500Name subject, PublicKey key, AltNames altNames) {
        this.subject = subject;
        this.key = key;
        this.commonName = values(subject, BCStyle.CN).stream().reduce("", (_, last) -> last);
        this.organizations = List.copyOf(values(subject, BCStyle.O));
        this.altNames = altNames;
    }

    /// Reads PEM text with one `CERTIFICATE REQUEST` block.
    ///
    /// @throws GeneralSecurityException with upstream's message of what is wrong with it
    public static CertificateRequest parse(String pem) throws GeneralSecurityException {
        var blocks = Pem.blocks(pem, "CERTIFICATE REQUEST");
        if (blocks.isEmpty()) {
            throw new GeneralSecurityException(
                    "PEM block type must be CERTIFICATE REQUEST"); // upstream: ParseCSR
        }
        try {
            var request = new PKCS10CertificationRequest(blocks.getFirst());
            var key = new JcaPKCS10CertificationRequest(request).getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new GeneralSecurityException("certificate request has a bad signature");
            }
            return new CertificateRequest(request.getSubject(), key, altNames(request));
        } catch (IOException | OperatorCreationException | PKCSException e) {
            throw new GeneralSecurityException("unreadable certificate request", e);
        } catch (IllegalArgumentException | ClassCastException e) {
            throw new GeneralSecurityException("malformed certificate request", e);
        }
    }

    /// The key in a request of which nothing else is looked at, its signature neither.
    ///
    /// @param der without PEM around it
    public static PublicKey keyIn(byte[] der) throws GeneralSecurityException {
        try {
            return new JcaPKCS10CertificationRequest(der).getPublicKey();
        } catch (IOException | IllegalArgumentException | ClassCastException e) {
            throw new GeneralSecurityException("malformed certificate request", e);
        }
    }

    /// Whether whoever made the request has its key.
    public static boolean isSelfSigned(byte[] der) {
        try {
            return new PKCS10CertificationRequest(der)
                    .isSignatureValid(new JcaContentVerifierProviderBuilder().build(keyIn(der)));
        } catch (IOException
                | OperatorCreationException
                | PKCSException
                | GeneralSecurityException _) {
            return false;
        }
    }

    /// Makes a signed request as PEM, for our own node agent.
    public static String create(CertificateSpec spec, KeyPair keys)
            throws GeneralSecurityException {
        return Pem.block(
                "CERTIFICATE REQUEST",
                X509Writer.request(spec, keys.getPublic(), keys.getPrivate()));
    }

    public String commonName() {
        return commonName;
    }

    public List<String> organizations() {
        return organizations;
    }

    public AltNames altNames() {
        return altNames;
    }

    X500Name subject() {
        return subject;
    }

    PublicKey key() {
        return key;
    }

    private static List<String> values(X500Name subject, ASN1ObjectIdentifier type) {
        var out = new ArrayList<String>();
        for (var rdn : subject.getRDNs(type)) {
            for (AttributeTypeAndValue value : rdn.getTypesAndValues()) {
                if (value.getType().equals(type)) {
                    out.add(value.getValue() instanceof ASN1String text ? text.getString() : "");
                }
            }
        }
        return out;
    }

    private static AltNames altNames(PKCS10CertificationRequest request) throws IOException {
        var dns = new TreeSet<String>();
        var ips = new TreeSet<String>();
        var emails = new TreeSet<String>();
        var uris = new TreeSet<String>();
        for (var attribute :
                request.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)) {
            var extensions = Extensions.getInstance(attribute.getAttrValues().getObjectAt(0));
            var names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
            if (names == null) {
                continue;
            }
            for (var name : names.getNames()) {
                switch (name.getTagNo()) {
                    case GeneralName.dNSName -> dns.add(text(name));
                    case GeneralName.rfc822Name -> emails.add(text(name));
                    case GeneralName.uniformResourceIdentifier -> uris.add(text(name));
                    case GeneralName.iPAddress -> ips.add(address(name));
                    default -> {} // upstream: Go's parser knows no others either
                }
            }
        }
        return new AltNames(dns, ips, emails, uris);
    }

    private static String text(GeneralName name) {
        return ASN1IA5String.getInstance(name.getName()).getString();
    }

    private static String address(GeneralName name) throws IOException {
        return InetAddress.getByAddress(ASN1OctetString.getInstance(name.getName()).getOctets())
                .getHostAddress();
    }
}
