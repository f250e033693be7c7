package io.j8s.apiserver.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

/// Writes JSON tokens as Go's encoder with HTML escaping does, which upstream's API server uses.
final class JsonOutput extends Output {

    private static final byte[] HEX = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };
    private static final int LONG_TEXT = 24;
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    /// True for ASCII that stands for itself.
    private static final boolean[] SAFE = new boolean[128];

    static {
        for (int c = ' '; c < 128; c++) {
            SAFE[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
        }
    }

    JsonOutput(int capacity) {
        super(capacity);
    }

    void nothing() {
        write(NULL);
    }

    void string(String text) {
        int size = text.length();
        if (size >= LONG_TEXT) {
            longString(text, size);
            return;
        }
        ensure(size + 2);
        byte[] b = buffer;
        int out = length;
        b[out++] = '"';
        int i = 0;
        while (i < size) {
            char c = text.charAt(i);
            if (c >= 128 || !SAFE[c]) {
                break;
            }
            b[out++] = (byte) c;
            i++;
        }
        length = out;
        if (i < size) {
            escaped(text, i);
        }
        write('"');
    }

    /// The JDK gives the bytes of long ASCII text at once, which beats taking its characters.
    private void longString(String text, int size) {
        byte[] bytes = text.getBytes(UTF_8);
        ensure(size + 2);
        buffer[length++] = '"';
        int safe = bytes.length == size ? safePrefix(bytes) : 0;
        write(bytes, 0, safe);
        if (safe < size) {
            escaped(text, safe);
        }
        write('"');
    }

    private static int safePrefix(byte[] ascii) {
        boolean[] safe = SAFE;
        int i = 0;
        while (i < ascii.length && safe[ascii[i]] && ascii[i] != '?') { // may be a lone surrogate
            i++;
        }
        return i;
    }

    private void escaped(String text, int from) {
        int size = text.length();
        for (int i = from; i < size; i++) {
            char c = text.charAt(i);
            ensure(6);
            if (c < 128) {
                ascii(c);
            } else if (c < 0x800) {
                buffer[length++] = (byte) (0xc0 | c >> 6);
                buffer[length++] = (byte) (0x80 | (c & 0x3f));
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < size
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                buffer[length++] = (byte) (0xf0 | point >> 18);
                buffer[length++] = (byte) (0x80 | (point >> 12 & 0x3f));
                buffer[length++] = (byte) (0x80 | (point >> 6 & 0x3f));
                buffer[length++] = (byte) (0x80 | (point & 0x3f));
            } else if (c == '\u2028' || c == '\u2029' || Character.isSurrogate(c)) {
                unicode(Character.isSurrogate(c) ? '\ufffd' : c);
            } else {
                buffer[length++] = (byte) (0xe0 | c >> 12);
                buffer[length++] = (byte) (0x80 | (c >> 6 & 0x3f));
                buffer[length++] = (byte) (0x80 | (c & 0x3f));
            }
        }
    }

    private void ascii(char c) {
        if (SAFE[c]) {
            buffer[length++] = (byte) c;
            return;
        }
        switch (c) {
            case '"' -> pair('"');
            case '\\' -> pair('\\');
            case '\b' -> pair('b');
            case '\f' -> pair('f');
            case '\n' -> pair('n');
            case '\r' -> pair('r');
            case '\t' -> pair('t');
            default -> unicode(c);
        }
    }

    private void pair(char c) {
        buffer[length++] = '\\';
        buffer[length++] = (byte) c;
    }

    private void unicode(char c) {
        buffer[length++] = '\\';
        buffer[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            buffer[length++] = HEX[c >> shift & 15];
        }
    }

    /// A string from its valid UTF-8 bytes; invalid bytes become U+FFFD, as in Go.
    void utf8(byte[] data, int from, int to) {
        int i = from;
        while (i < to && data[i] >= 0 && SAFE[data[i]]) {
            i++;
        }
        if (i == to) {
            ensure(to - from + 2);
            buffer[length++] = '"';
            System.arraycopy(data, from, buffer, length, to - from);
            length += to - from;
            buffer[length++] = '"';
            return;
        }
        var text = new StringBuilder(to - from);
        i = from;
        while (i < to) {
            if (data[i] >= 0) {
                text.append((char) data[i++]);
            } else {
                i = JsonStrings.multibyte(data, i, to, text);
            }
        }
        string(text.toString());
    }

    /// Raw JSON without the white space between its tokens and with HTML characters escaped, as Go
    /// writes what a type's own marshaller gives.
    void compact(byte[] json, int from, int to) {
        boolean inString = false;
        int start = from;
        int i = from;
        while (i < to) {
            byte b = json[i];
            if (b == '<' || b == '>' || b == '&') {
                write(json, start, i);
                ensure(6);
                unicode((char) b);
                start = i + 1;
            } else if (inString && b == '\\') {
                i++;
            } else if (b == '"') {
                inString = !inString;
            } else if (!inString && (b == ' ' || b == '\n' || b == '\r' || b == '\t')) {
                write(json, start, i);
                start = i + 1;
            } else if (b == (byte) 0xe2
                    && i + 2 < to
                    && json[i + 1] == (byte) 0x80
                    && (json[i + 2] & 0xfe) == 0xa8) {
                write(json, start, i);
                ensure(6);
                unicode((char) (0x2000 | (json[i + 2] & 0x3f)));
                i += 2;
                start = i + 1;
            }
            i++;
        }
        write(json, start, to);
    }
}
