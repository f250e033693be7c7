package io.j8s.storage.etcd;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads private keys as cluster installers write them. The JDK reads PKCS#8 only; kubeadm's etcd
/// client key is PKCS#1, openssl's EC keys are SEC1. Both are put into a PKCS#8 envelope.
final class PemKey {

    private static final Pattern PEM =
            Pattern.compile(
                    "-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END");

    // AlgorithmIdentifier of rsaEncryption, with NULL parameters
    private static final byte[] RSA = {
        0x30,
        0x0d,
        0x06,
        0x09,
        0x2a,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xf7,
        0x0d,
        1,
        1,
        1,
        0x05,
        0x00
    };
    // OBJECT IDENTIFIER of ecPublicKey
    private static final byte[] EC_PUBLIC_KEY = {
        0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
    };
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int EC_PARAMETERS = 0xa0;

    private PemKey() {}

    static PrivateKey read(Path file) throws IOException, GeneralSecurityException {
        Matcher matcher = PEM.matcher(Files.readString(file));
        if (!matcher.find()) {
            throw new GeneralSecurityException(file + " contains no PEM private key");
        }
        byte[] der = Base64.getMimeDecoder().decode(matcher.group(2));
        return switch (matcher.group(1)) {
            case "RSA PRIVATE KEY" -> key("RSA", envelope(RSA, der));
            case "EC PRIVATE KEY" ->
                    key("EC", envelope(tagged(SEQUENCE, EC_PUBLIC_KEY, curve(der, file)), der));
            default -> pkcs8(der, file);
        };
    }

    private static PrivateKey pkcs8(byte[] der, Path file) throws GeneralSecurityException {
        for (String algorithm : new String[] {"RSA", "EC", "Ed25519"}) {
            try {
                return key(algorithm, der);
            } catch (GeneralSecurityException e) {
                // another algorithm's key
            }
        }
        throw new GeneralSecurityException(file + " contains a key that is not RSA, EC or Ed25519");
    }

    private static PrivateKey key(String algorithm, byte[] pkcs8) throws GeneralSecurityException {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    private static byte[] envelope(byte[] algorithm, byte[] der) {
        return tagged(SEQUENCE, VERSION_0, algorithm, tagged(OCTET_STRING, der));
    }

    /// SEC1: SEQUENCE { version, privateKey OCTET STRING, [0] curve, … }.
    private static byte[] curve(byte[] der, Path file) throws GeneralSecurityException {
        int at = contentAt(der, 0); // into the sequence
        while (at < der.length) {
            int content = contentAt(der, at);
            int end = content + length(der, at);
            if ((der[at] & 0xff) == EC_PARAMETERS) {
                return java.util.Arrays.copyOfRange(der, content, end);
            }
            at = end;
        }
        throw new GeneralSecurityException(file + " does not name its key's curve");
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = (length << 8) | (der[at + 2 + i] & 0xff);
        }
        return length;
    }

    private static int contentAt(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static byte[] tagged(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        var out = new ByteArrayOutputStream();
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
