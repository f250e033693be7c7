package io.j8s.apiserver.schema;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.BitSet;

/// Walks over the bytes of a JSON text: white space, strings, numbers and whole values to skip,
/// with the syntax errors of Go's `encoding/json`. One per text and thread.
///
/// Skipping keeps its own stack of containers, so that deep nesting costs no Java stack.
class JsonScanner {

    /// upstream: maxNestingDepth of encoding/json
    private static final int NESTING_MAX = 10_000;

    /// What is parsed into nested Java objects is bound more tightly than upstream's 10,000, by
    /// what every later walk over the tree can recurse into on a small stack.
    static final int TREE_DEPTH_MAX = 500;

    final byte[] data;
    final int end;
    int at;

    JsonScanner(byte[] data) {
        this(data, 0, data.length);
    }

    JsonScanner(byte[] data, int from, int to) {
        this.data = data;
        this.at = from;
        this.end = to;
    }

    /// The next byte that is no white space, left unread.
    ///
    /// @param context what Go says it looks for, e.g. `looking for beginning of value`
    final byte peek(String context) {
        while (at < end) {
            byte b = data[at];
            if (b > ' ') {
                return b;
            }
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                throw invalid(at, context);
            }
            at++;
        }
        throw ended();
    }

    /// After the last value only white space may follow.
    final void finish() {
        while (at < end) {
            byte b = data[at];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                throw invalid(at, "after top-level value");
            }
            at++;
        }
    }

    final DecodeException ended() {
        return new DecodeException("unexpected end of JSON input", true);
    }

    final DecodeException invalid(int index, String context) {
        byte found = index >= end ? (byte) ' ' : data[index]; // Go feeds a space at the end
        return new DecodeException("invalid character " + quote(found) + " " + context, true);
    }

    /// Go's quoteChar: the byte as a character in single quotes.
    private static String quote(byte b) {
        char c = (char) (b & 0xff);
        return switch (c) {
            case '\'' -> "'\\''";
            case '"' -> "'\"'";
            default -> {
                String quoted = GoText.quote(String.valueOf(c));
                yield "'" + quoted.substring(1, quoted.length() - 1) + "'";
            }
        };
    }

    /// Passes by `true`, `false` or `null`.
    final void literal(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= end || data[at + i] != word.charAt(i)) {
                throw invalid(
                        at + i, "in literal " + word + " (expecting '" + word.charAt(i) + "')");
            }
        }
        at += word.length();
    }

    /// Passes by a number.
    ///
    /// @return whether it is an integer: no fraction, no exponent
    final boolean number() {
        boolean integer = true;
        if (data[at] == '-') {
            at++;
            if (at >= end || !isDigit(data[at])) {
                throw invalid(at, "in numeric literal");
            }
        }
        if (data[at] == '0') {
            at++;
        } else {
            digits();
        }
        if (at < end && data[at] == '.') {
            integer = false;
            at++;
            if (at >= end || !isDigit(data[at])) {
                throw invalid(at, "after decimal point in numeric literal");
            }
            digits();
        }
        if (at < end && (data[at] == 'e' || data[at] == 'E')) {
            integer = false;
            at++;
            if (at < end && (data[at] == '+' || data[at] == '-')) {
                at++;
            }
            if (at >= end || !isDigit(data[at])) {
                throw invalid(at, "in exponent of numeric literal");
            }
            digits();
        }
        return integer;
    }

    private void digits() {
        while (at < end && isDigit(data[at])) {
            at++;
        }
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /// Passes by a string whose opening quote is at hand.
    ///
    /// @return whether its content stands for itself: ASCII without escapes
    final boolean string() {
        int i = at + 1;
        byte[] d = data;
        while (i < end) {
            byte b = d[i];
            if (b == '"') {
                at = i + 1;
                return true;
            }
            if (b == '\\' || b < ' ') {
                break; // escapes, control characters and bytes above ASCII
            }
            i++;
        }
        return slowString(i);
    }

    private boolean slowString(int from) {
        int i = from;
        while (i < end) {
            byte b = data[i];
            if (b == '"') {
                at = i + 1;
                return false;
            }
            if (b == '\\') {
                i = escape(i + 1);
            } else if (b >= 0 && b < ' ') {
                throw invalid(i, "in string literal");
            } else {
                i++;
            }
        }
        throw ended();
    }

    private int escape(int from) {
        if (from >= end) {
            throw invalid(from, "in string escape code");
        }
        return switch (data[from]) {
            case 'b', 'f', 'n', 'r', 't', '\\', '/', '"' -> from + 1;
            case 'u' -> {
                for (int i = from + 1; i < from + 5; i++) {
                    if (i >= end || Character.digit(data[i], 16) < 0) {
                        throw invalid(i, "in \\u hexadecimal character escape");
                    }
                }
                yield from + 5;
            }
            default -> throw invalid(from, "in string escape code");
        };
    }

    /// Passes by a string and gives its text.
    final String text() {
        int from = at + 1;
        return string()
                ? new String(data, from, at - 1 - from, ISO_8859_1)
                : JsonStrings.unquote(data, from, at - 1);
    }

    /// Passes by a whole value of any kind, checking its syntax.
    final void skip() {
        byte first = peek("looking for beginning of value");
        if (first == '{' || first == '[') {
            skipContainers();
        } else {
            scalar(first);
        }
    }

    final void scalar(byte first) {
        switch (first) {
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw invalid(at, "looking for beginning of value");
        }
    }

    private void skipContainers() {
        var open = new BitSet(); // true for an object
        int depth = 0;
        while (true) {
            byte b = peek("looking for beginning of value");
            boolean value = true;
            if (b == '{' || b == '[') {
                if (depth == NESTING_MAX) {
                    throw invalid(at, "exceeded max depth");
                }
                open.set(depth++, b == '{');
                at++;
                byte next =
                        peek(
                                b == '{'
                                        ? "looking for beginning of object key string"
                                        : "looking for beginning of value");
                if (next == (b == '{' ? '}' : ']')) {
                    at++;
                    depth--;
                } else {
                    value = false;
                    if (b == '{') {
                        key();
                    }
                }
            } else {
                scalar(b);
            }
            while (value) {
                if (depth == 0) {
                    return;
                }
                boolean object = open.get(depth - 1);
                if (next(object)) {
                    if (object) {
                        key();
                    }
                    value = false;
                } else {
                    depth--;
                }
            }
        }
    }

    /// After a value in a container: reads `,` (true) or the closing bracket (false).
    final boolean next(boolean object) {
        String context = object ? "after object key:value pair" : "after array element";
        byte b = peek(context);
        if (b == ',') {
            at++;
            return true;
        }
        if (b == (object ? '}' : ']')) {
            at++;
            return false;
        }
        throw invalid(at, context);
    }

    /// Passes by a key and its colon.
    private void key() {
        if (peek("looking for beginning of object key string") != '"') {
            throw invalid(at, "looking for beginning of object key string");
        }
        string();
        colon();
    }

    final void colon() {
        if (peek("after object key") != ':') {
            throw invalid(at, "after object key");
        }
        at++;
    }
}
