package io.j8s.apiserver.resources.certificates;

import io.j8s.certs.CertificateContent;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/// Reads PEM as Go does: what is no block is skipped.
public final class PemBlocks {

    private static final Pattern BLOCK =
            Pattern.compile(
                    "(?m)^-----BEGIN ([^\\r\\n]+?)-----[ \\t]*\\r?\\n(.*?)^-----END \\1-----["
                            + " \\t]*$",
                    Pattern.DOTALL);

    private PemBlocks() {}

    /// @param hasHeaders whether `Name: value` lines stand before the data
    public record Block(String type, boolean hasHeaders, List<Byte> bytes) {

        public Block {
            bytes = List.copyOf(bytes);
        }

        /// The certificate in it; null when it is none.
        @Nullable CertificateContent certificate() {
            byte[] der = new byte[bytes.size()];
            for (int i = 0; i < der.length; i++) {
                der[i] = bytes.get(i);
            }
            try {
                return CertificateContent.parse(der);
            } catch (GeneralSecurityException _) {
                return null;
            }
        }
    }

    /// The blocks of a text, in order.
    public static List<Block> read(String pem) {
        var out = new ArrayList<Block>();
        var matcher = BLOCK.matcher(pem);
        while (matcher.find()) {
            String body = matcher.group(2);
            boolean headers = body.contains(":");
            String data = headers ? body.substring(Math.max(body.indexOf("\n\n"), 0)) : body;
            try {
                byte[] bytes = Base64.getDecoder().decode(data.replaceAll("\\s", ""));
                var boxed = new ArrayList<Byte>(bytes.length);
                for (byte b : bytes) {
                    boxed.add(b);
                }
                out.add(new Block(matcher.group(1), headers, boxed));
            } catch (IllegalArgumentException _) {
                // no base64: no block
            }
        }
        return out;
    }
}
