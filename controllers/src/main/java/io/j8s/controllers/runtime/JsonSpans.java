package io.j8s.controllers.runtime;

import java.util.function.BiConsumer;

/// Finds the members of a JSON object or the elements of an array as byte ranges, without reading
/// what is in them: a watch event's or a list's objects are then read each by their own class.
final class JsonSpans extends JsonCursor {

    JsonSpans(byte[] json, int from) {
        super(json, from);
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
        skipBlanks();
        int from = at;
        skipValue();
        return new Span(from, at);
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
}
