package io.j8s.controllers.runtime;

/// A place in JSON that a server has written, and how to step over what stands there. It does not
/// look for mistakes: who decodes what was found does.
abstract class JsonCursor {

    final byte[] json;
    int at;

    JsonCursor(byte[] json, int from) {
        this.json = json;
        this.at = from;
    }

    /// Over one value, which starts here.
    final void skipValue() {
        switch (json[at]) {
            case '"' -> skipText();
            case '{', '[' -> skipNested();
            default -> {
                while (at < json.length && isScalar(json[at])) {
                    at++;
                }
            }
        }
    }

    private static boolean isScalar(byte c) {
        return c != ',' && c != '}' && c != ']' && c > ' ';
    }

    private void skipNested() {
        int depth = 0;
        do {
            switch (json[at]) {
                case '"' -> {
                    skipText();
                    continue;
                }
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                default -> {}
            }
            at++;
        } while (depth > 0);
    }

    /// Over one string, which starts here.
    final void skipText() {
        at++;
        while (json[at] != '"') {
            at += json[at] == '\\' ? 2 : 1;
        }
        at++;
    }

    final void skipBlanks() {
        while (json[at] == ' ' || json[at] == '\n' || json[at] == '\t' || json[at] == '\r') {
            at++;
        }
    }
}
