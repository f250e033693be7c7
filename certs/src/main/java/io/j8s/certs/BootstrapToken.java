package io.j8s.certs;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A token by which a machine joins: `ID.SECRET` (upstream: `k8s.io/cluster-bootstrap/token`). It
/// also signs what a joining machine reads before it can trust the server.
///
/// @param id six characters, public
/// @param secret sixteen characters
public record BootstrapToken(String id, String secret) {

    private static final Pattern FORM = Pattern.compile("([a-z0-9]{6})\\.([a-z0-9]{16})");
    private static final String CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static final int ID_LENGTH = 6;
    private static final int SECRET_LENGTH = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    public static BootstrapToken create() {
        return new BootstrapToken(text(ID_LENGTH), text(SECRET_LENGTH));
    }

    /// Empty for what is no token.
    public static Optional<BootstrapToken> parse(String text) {
        var match = FORM.matcher(text);
        return match.matches()
                ? Optional.of(new BootstrapToken(match.group(1), match.group(2)))
                : Optional.empty();
    }

    /// `ID.SECRET`, as it is given to people.
    public String text() {
        return id + "." + secret;
    }

    /// Never the secret: tokens end up in logs otherwise.
    @Override
    public String toString() {
        return "BootstrapToken[" + id + "]";
    }

    /// A JWS of `content` with HS256 whose payload is left out, as `cluster-info` carries it.
    public String sign(String content) {
        var header = encoded("{\"alg\":\"HS256\",\"kid\":\"" + id + "\"}");
        return header + ".." + signature(header, content);
    }

    /// Whether `jws` is what somebody with this token made of `content`.
    public boolean signed(String content, String jws) {
        return MessageDigest.isEqual(
                jws.getBytes(StandardCharsets.US_ASCII),
                sign(content).getBytes(StandardCharsets.US_ASCII));
    }

    private String signature(String header, String content) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
            var signed = header + "." + encoded(content);
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC with SHA-256", e);
        }
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(int length) {
        var out = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            out.append(CHARACTERS.charAt(RANDOM.nextInt(CHARACTERS.length())));
        }
        return out.toString();
    }
}
