package io.j8s.certs;

import java.util.Optional;

/// What a certificate may be used for, named as CertificateSigningRequests name it (upstream:
/// `certificates.k8s.io/v1 KeyUsage`). Either a bit of X.509's key usage or an extended usage.
public enum Usage {
    SIGNING("signing", 0x80, ""),
    DIGITAL_SIGNATURE("digital signature", 0x80, ""),
    CONTENT_COMMITMENT("content commitment", 0x40, ""),
    KEY_ENCIPHERMENT("key encipherment", 0x20, ""),
    DATA_ENCIPHERMENT("data encipherment", 0x10, ""),
    KEY_AGREEMENT("key agreement", 0x08, ""),
    CERT_SIGN("cert sign", 0x04, ""),
    CRL_SIGN("crl sign", 0x02, ""),
    ENCIPHER_ONLY("encipher only", 0x01, ""),
    DECIPHER_ONLY("decipher only", 0x8000, ""),
    ANY("any", 0, "2.5.29.37.0"),
    SERVER_AUTH("server auth", 0, "1.3.6.1.5.5.7.3.1"),
    CLIENT_AUTH("client auth", 0, "1.3.6.1.5.5.7.3.2"),
    CODE_SIGNING("code signing", 0, "1.3.6.1.5.5.7.3.3"),
    EMAIL_PROTECTION("email protection", 0, "1.3.6.1.5.5.7.3.4"),
    S_MIME("s/mime", 0, "1.3.6.1.5.5.7.3.4"),
    IPSEC_END_SYSTEM("ipsec end system", 0, "1.3.6.1.5.5.7.3.5"),
    IPSEC_TUNNEL("ipsec tunnel", 0, "1.3.6.1.5.5.7.3.6"),
    IPSEC_USER("ipsec user", 0, "1.3.6.1.5.5.7.3.7"),
    TIMESTAMPING("timestamping", 0, "1.3.6.1.5.5.7.3.8"),
    OCSP_SIGNING("ocsp signing", 0, "1.3.6.1.5.5.7.3.9"),
    MICROSOFT_SGC("microsoft sgc", 0, "1.3.6.1.4.1.311.10.3.3"),
    NETSCAPE_SGC("netscape sgc", 0, "2.16.840.1.113730.4.1");

    private final String text;
    private final int keyUsageBit;
    private final String extendedOid;

    Usage(String text, int keyUsageBit, String extendedOid) {
        this.text = text;
        this.keyUsageBit = keyUsageBit;
        this.extendedOid = extendedOid;
    }

    /// `client auth`: the word of the API.
    public String text() {
        return text;
    }

    /// The bit as ASN.1's `KeyUsage` numbers it in its first two bytes; 0 for extended usages.
    int keyUsageBit() {
        return keyUsageBit;
    }

    /// Empty for plain key usages.
    String extendedOid() {
        return extendedOid;
    }

    /// The usage of that name, if upstream knows it.
    public static Optional<Usage> of(String text) {
        for (var usage : values()) {
            if (usage.text.equals(text)) {
                return Optional.of(usage);
            }
        }
        return Optional.empty();
    }
}
