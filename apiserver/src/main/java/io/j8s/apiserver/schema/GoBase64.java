package io.j8s.apiserver.schema;

import java.util.Base64;

/// Standard base64 as Go's `encoding/base64` reads it. Pure.
final class GoBase64 {

    private GoBase64() {}

    /// The input byte that Go complains of; -1 for valid text.
    static int firstError(String text) {
        int digits = 0;
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n' || c == '\r') {
                at++;
                continue;
            }
            if (c == '=') {
                return padding(text, at, digits);
            }
            if (!isDigit(c)) {
                return utf8Offset(text, at);
            }
            digits = (digits + 1) & 3;
            at++;
        }
        return digits == 0 ? -1 : text.length() - digits;
    }

    /// upstream: `=` only as third and fourth, then nothing but line ends
    private static int padding(String text, int from, int digits) {
        if (digits < 2) {
            return from;
        }
        int at = from + 1;
        if (digits == 2) {
            at = lineEnds(text, at);
            if (at == text.length()) {
                return text.length();
            }
            if (text.charAt(at) != '=') {
                return at;
            }
            at++;
        }
        at = lineEnds(text, at);
        return at < text.length() ? at : -1;
    }

    private static int lineEnds(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == '\n' || text.charAt(at) == '\r')) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(char c) {
        return (c >= 'A' && c <= 'Z')
                || (c >= 'a' && c <= 'z')
                || (c >= '0' && c <= '9')
                || c == '+'
                || c == '/';
    }

    private static int utf8Offset(String text, int index) {
        int offset = 0;
        for (int i = 0; i < index; i++) {
            offset += text.charAt(i) < 0x80 ? 1 : text.charAt(i) < 0x800 ? 2 : 3;
        }
        return offset;
    }

    /// The text without line ends and with zero padding bits, as Go encodes what it decoded.
    static String canonical(String text) {
        int length = text.length();
        boolean plain = (length & 3) == 0 && text.indexOf('\n') < 0 && text.indexOf('\r') < 0;
        if (plain && !text.endsWith("=")) {
            return text;
        }
        return Base64.getEncoder().encodeToString(decode(text));
    }

    /// Lenient in the same way as Go: line ends, and any padding bits.
    static byte[] decode(String text) {
        return Base64.getMimeDecoder().decode(text);
    }
}
