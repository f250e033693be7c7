package io.j8s.certs;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// PEM text to keys and certificates and back, with the JDK alone.
public final class Pem {

    private static final Base64.Encoder LINES =
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    private static final String PKCS8 = "PRIVATE KEY";
    private static final String SPKI = "PUBLIC KEY";

    private Pem() {}

    /// All certificates in `pem`, in order.
    public static List<X509Certificate> readCertificates(String pem)
            throws GeneralSecurityException {
        var out = new ArrayList<X509Certificate>();
        var factory = CertificateFactory.getInstance("X.509");
        for (var block : blocks(pem, "CERTIFICATE")) {
            out.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block)));
        }
        return out;
    }

    /// The private key in `pem`: PKCS #8, or any of OpenSSL's and Go's older forms.
    public static PrivateKey readPrivateKey(String pem) throws GeneralSecurityException {
        var found = blocks(pem, PKCS8);
        if (found.isEmpty()) {
            return ForeignPem.privateKey(pem);
        }
        var spec = new PKCS8EncodedKeySpec(found.getFirst());
        try {
            return KeyFactory.getInstance("EC").generatePrivate(spec);
        } catch (GeneralSecurityException _) {
            return KeyFactory.getInstance("RSA").generatePrivate(spec);
        }
    }

    /// All public keys in `pem`.
    public static List<PublicKey> readPublicKeys(String pem) throws GeneralSecurityException {
        var out = new ArrayList<PublicKey>();
        for (var block : blocks(pem, SPKI)) {
            var spec = new X509EncodedKeySpec(block);
            try {
                out.add(KeyFactory.getInstance("EC").generatePublic(spec));
            } catch (GeneralSecurityException _) {
                out.add(KeyFactory.getInstance("RSA").generatePublic(spec));
            }
        }
        return out;
    }

    public static String certificates(List<? extends Certificate> chain) {
        var out = new StringBuilder();
        for (var certificate : chain) {
            try {
                out.append(block("CERTIFICATE", certificate.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("certificate without encoding", e);
            }
        }
        return out.toString();
    }

    public static String key(PrivateKey key) {
        return block(PKCS8, key.getEncoded());
    }

    public static String key(PublicKey key) {
        return block(SPKI, key.getEncoded());
    }

    static String block(String label, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, LINES.encodeToString(der), label);
    }

    /// The decoded bodies of all blocks with that label.
    static List<byte[]> blocks(String pem, String label) throws GeneralSecurityException {
        String begin = "-----BEGIN " + label + "-----";
        String end = "-----END " + label + "-----";
        var out = new ArrayList<byte[]>();
        int at = pem.indexOf(begin);
        while (at >= 0) {
            int from = at + begin.length();
            int to = pem.indexOf(end, from);
            if (to < 0) {
                throw new GeneralSecurityException("PEM block " + label + " has no end");
            }
            try {
                out.add(Base64.getMimeDecoder().decode(pem.substring(from, to)));
            } catch (IllegalArgumentException e) {
                throw new GeneralSecurityException("PEM block " + label + " is not base64", e);
            }
            at = pem.indexOf(begin, to);
        }
        return out;
    }
}
