package io.j8s.controllers.runtime;

import java.util.function.BiConsumer;

/// Finds the members of a JSON object or the elements of an array as byte ranges, without reading
/// what is in them: a watch event's or a list's objects are then read each by their own class.
final class JsonSpans {

    private final byte[] json;
    private int at;

    JsonSpans(byte[] json, int from) {
        this.json = json;
        this.at = from;
    }

    record Span(int from, int to) {}

    /// Calls back with each member's name and value of the object that starts here.
    void members(BiConsumer<String, Span> member) {
        expect('{');
        while (peek() != '}') {
            if (json[at] == ',') {
                at++;
                continue;
            }
            Span name = value();
            expect(':');
            member.accept(
                    new String(
                            json,
                            name.from + 1,
                            name.to - name.from - 2,
                            java.nio.charset.StandardCharsets.UTF_8),
                    value());
        }
        at++;
    }

    /// Calls back with each element of the array that starts here.
    void elements(java.util.function.Consumer<Span> element) {
        expect('[');
        while (peek() != ']') {
            if (json[at] == ',') {
                at++;
                continue;
            }
            element.accept(value());
        }
        at++;
    }

    private Span value() {
        int from = skipBlanks();
        byte first = json[at];
        if (first == '"') {
            skipText();
        } else if (first == '{' || first == '[') {
            skipNested();
        } else {
            while (at < json.length && ",}] \t\r\n".indexOf(json[at]) < 0) {
                at++;
            }
        }
        return new Span(from, at);
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

    private void skipText() {
        at++;
        while (json[at] != '"') {
            at += json[at] == '\\' ? 2 : 1;
        }
        at++;
    }

    private byte peek() {
        skipBlanks();
        return json[at];
    }

    private void expect(char wanted) {
        skipBlanks();
        if (json[at] != wanted) {
            throw new IllegalArgumentException(
                    "expected " + wanted + " at " + at + ", found " + (char) json[at]);
        }
        at++;
    }

    private int skipBlanks() {
        while (json[at] == ' ' || json[at] == '\n' || json[at] == '\t' || json[at] == '\r') {
            at++;
        }
        return at;
    }
}
