package io.j8s.controllers.runtime;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Optional;
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
                            json, name.from + 1, name.to - name.from - 2, StandardCharsets.UTF_8),
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

    /// The text at a path of member names below an object. It must not have escapes in it: versions
    /// and names of types have none.
    static Optional<String> text(byte[] json, Span object, String... path) {
        var at = object;
        for (var name : path) {
            var members = new HashMap<String, Span>();
            new JsonSpans(json, at.from).members(members::put);
            at = members.get(name);
            if (at == null) {
                return Optional.empty();
            }
        }
        return Optional.of(
                new String(json, at.from + 1, at.to - at.from - 2, StandardCharsets.UTF_8));
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
