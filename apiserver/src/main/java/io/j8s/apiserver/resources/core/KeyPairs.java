package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.certificates.PemBlocks;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/// What is to be seen at once in a certificate and its key that are no pair (Go:
/// `tls.X509KeyPair`). Whether the key fits the certificate is not asked. Pure.
final class KeyPairs {

    private KeyPairs() {}

    /// @param certificate base64 of PEM; null for none
    /// @param key base64 of PEM; null for none
    /// @return empty when nothing is wrong
    static String problem(@Nullable String certificate, @Nullable String key) {
        String inCertificate = inCertificate(types(certificate));
        return inCertificate.isEmpty() ? inKey(types(key)) : inCertificate;
    }

    private static List<String> types(@Nullable String base64) {
        if (base64 == null) {
            return List.of();
        }
        byte[] pem = Base64.getMimeDecoder().decode(base64);
        return PemBlocks.read(new String(pem, StandardCharsets.ISO_8859_1)).stream()
                .map(PemBlocks.Block::type)
                .toList();
    }

    private static String inCertificate(List<String> types) {
        if (types.contains("CERTIFICATE")) {
            return "";
        }
        if (types.isEmpty()) {
            return "tls: failed to find any PEM data in certificate input";
        }
        if (types.size() == 1 && types.getFirst().endsWith("PRIVATE KEY")) {
            return "tls: failed to find certificate PEM data in certificate input, but did find a"
                    + " private key; PEM inputs may have been switched";
        }
        return "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping"
                + " PEM blocks of the following types: "
                + listed(types);
    }

    private static String inKey(List<String> types) {
        if (types.stream().anyMatch(KeyPairs::isPrivateKey)) {
            return "";
        }
        if (types.isEmpty()) {
            return "tls: failed to find any PEM data in key input";
        }
        if (types.size() == 1 && types.getFirst().equals("CERTIFICATE")) {
            return "tls: found a certificate rather than a key in the PEM for the private key";
        }
        return "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input"
                + " after skipping PEM blocks of the following types: "
                + listed(types);
    }

    private static boolean isPrivateKey(String type) {
        return type.equals("PRIVATE KEY") || type.endsWith(" PRIVATE KEY");
    }

    private static String listed(List<String> types) {
        return "[" + String.join(" ", types) + "]";
    }
}
