package io.j8s.apiserver.schema;

/// JSON strings with escapes or bytes above ASCII. Pure.
final class JsonStrings {

    private static final char REPLACEMENT = '\ufffd';

    private JsonStrings() {}

    /// The text of valid JSON string content. As in Go, invalid UTF-8 becomes one U+FFFD a byte and
    /// a surrogate escape without its other half one U+FFFD.
    static String unquote(byte[] data, int from, int to) {
        var out = new StringBuilder(to - from);
        int i = from;
        while (i < to) {
            byte b = data[i];
            if (b == '\\') {
                i = escape(data, i + 1, to, out);
            } else if (b >= 0) {
                out.append((char) b);
                i++;
            } else {
                i = multibyte(data, i, to, out);
            }
        }
        return out.toString();
    }

    private static int escape(byte[] data, int at, int to, StringBuilder out) {
        switch (data[at]) {
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'u' -> {
                char unit = hex(data, at + 1);
                int next = at + 5;
                if (!Character.isSurrogate(unit)) {
                    out.append(unit);
                    return next;
                }
                boolean pair = next + 6 <= to && data[next] == '\\' && data[next + 1] == 'u';
                char low = pair ? hex(data, next + 2) : 0;
                if (Character.isSurrogatePair(unit, low)) {
                    out.append(unit).append(low);
                    return next + 6;
                }
                out.append(REPLACEMENT);
                return next;
            }
            default -> out.append((char) data[at]);
        }
        return at + 1;
    }

    private static char hex(byte[] data, int at) {
        int value = 0;
        for (int i = at; i < at + 4; i++) {
            value = (value << 4) | Character.digit(data[i], 16);
        }
        return (char) value;
    }

    /// Appends the character that starts at a byte above ASCII.
    ///
    /// @return where the next one starts
    static int multibyte(byte[] data, int at, int to, StringBuilder out) {
        int lead = data[at] & 0xff;
        int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
        if (lead < 0xc2 || length == 1 || at + length > to) {
            out.append(REPLACEMENT);
            return at + 1;
        }
        int point = lead & (0x7f >> length);
        for (int i = 1; i < length; i++) {
            int b = data[at + i] & 0xff;
            if ((b & 0xc0) != 0x80) {
                out.append(REPLACEMENT);
                return at + 1;
            }
            point = (point << 6) | (b & 0x3f);
        }
        boolean overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
        if (overlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
            out.append(REPLACEMENT);
            return at + 1;
        }
        out.appendCodePoint(point);
        return at + length;
    }
}
