package io.j8s.apiserver.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

/// JSON to trees and back, with Go's strictness, error texts and byte forms. Pure.
public final class JsonCodec {

    private JsonCodec() {}

    /// Reads an object of a type. Unknown fields are dropped (kept in [Tree#extras] where a custom
    /// type preserves them) and reported, as are duplicates, of which the last wins.
    ///
    /// @throws DecodeException with Go's message when the bytes are no JSON or of the wrong shape
    public static Decoded read(byte[] json, TypeSchema type) {
        return JsonReader.read(json, type);
    }

    /// Reads any JSON as [TreeMap], [TreeList], text, [Num], [Boolean] or [Tree#NULL]: patches,
    /// tables.
    ///
    /// @throws DecodeException as [#read]
    public static boolean isValid(byte[] json) {
        try {
            var scanner = new JsonScanner(json);
            scanner.peek("looking for beginning of value");
            scanner.skip();
            scanner.finish();
            return true;
        } catch (DecodeException _) {
            return false;
        }
    }

    /// Any JSON value.
    public static Object readDynamic(byte[] json) {
        return JsonReader.readDynamic(json);
    }

    /// The object as JSON in one line: Go's field order, Go's always-written and left-out fields,
    /// sorted maps, HTML characters escaped; without a line feed at the end (upstream's responses
    /// have one).
    public static byte[] write(Tree tree) {
        return JsonWriter.write(tree);
    }

    /// Any tree value as JSON, as [#write].
    public static byte[] writeValue(Object value) {
        return JsonWriter.write(value);
    }

    static String text(Object value) {
        return new String(writeValue(value), UTF_8);
    }
}
