package io.j8s.controllers.runtime;

import io.j8s.controllers.runtime.JsonSpans.Span;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// An object's JSON without what controllers never read, so that it costs nothing to decode:
/// `metadata.managedFields`, often half of an object, and members that are null. (Go writes
/// `"rules":null` for an empty list; fabric8 would keep the null where everybody expects a list.)
final class SlimJson extends JsonCursor {

    private static final byte[] METADATA = "metadata".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MANAGED_FIELDS =
            "managedFields".getBytes(StandardCharsets.US_ASCII);

    private final byte[] out;
    private int length;

    private SlimJson(byte[] json, Span span) {
        super(json, span.from());
        this.out = new byte[span.to() - span.from()];
    }

    /// Copies the object that starts where `span` does.
    static byte[] of(byte[] json, Span span) {
        var slim = new SlimJson(json, span);
        slim.skipBlanks();
        if (json[slim.at] == '{') {
            slim.object(Place.ROOT);
        } else {
            slim.value();
        }
        return Arrays.copyOf(slim.out, slim.length);
    }

    private enum Place {
        ROOT,
        METADATA,
        BELOW
    }

    private void object(Place place) {
        put((byte) '{');
        at++;
        boolean isFirst = true;
        for (skipBlanks(); json[at] != '}'; skipBlanks()) {
            if (json[at] == ',') {
                at++;
                continue;
            }
            int from = at;
            skipText();
            int to = at;
            skipBlanks();
            at++; // the colon
            skipBlanks();
            if (json[at] == 'n' || (place == Place.METADATA && isName(from, to, MANAGED_FIELDS))) {
                skipValue();
                continue;
            }
            if (!isFirst) {
                put((byte) ',');
            }
            isFirst = false;
            copy(from, to);
            put((byte) ':');
            if (json[at] == '{') {
                object(
                        place == Place.ROOT && isName(from, to, METADATA)
                                ? Place.METADATA
                                : Place.BELOW);
            } else {
                value();
            }
        }
        put((byte) '}');
        at++;
    }

    private void value() {
        switch (json[at]) {
            case '{' -> object(Place.BELOW);
            case '[' -> array();
            default -> {
                int from = at;
                skipValue();
                copy(from, at);
            }
        }
    }

    private void array() {
        put((byte) '[');
        at++;
        for (skipBlanks(); json[at] != ']'; skipBlanks()) {
            if (json[at] == ',') {
                put((byte) ',');
                at++;
            } else {
                value();
            }
        }
        put((byte) ']');
        at++;
    }

    private boolean isName(int from, int to, byte[] name) {
        return Arrays.equals(json, from + 1, to - 1, name, 0, name.length);
    }

    private void put(byte c) {
        out[length++] = c;
    }

    private void copy(int from, int to) {
        System.arraycopy(json, from, out, length, to - from);
        length += to - from;
    }
}
