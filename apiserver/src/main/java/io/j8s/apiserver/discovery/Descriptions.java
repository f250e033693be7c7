package io.j8s.apiserver.discovery;

import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.TreeMap;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;

/// Texts of types and fields for OpenAPI and `kubectl explain`: `facts/descriptions.json`, a map
/// from type to field (the empty name for the type itself) to text. The file is made by the build
/// and may be absent; it is read only while a document is made, and not kept.
final class Descriptions {

    private static final String PATH = "/io/j8s/facts/descriptions.json";

    private final TreeMap texts;

    private Descriptions(TreeMap texts) {
        this.texts = texts;
    }

    static Descriptions load() {
        byte[] json = read(PATH);
        if (json.length == 0) {
            byte[] gzipped = read(PATH + ".gz");
            json = gzipped.length == 0 ? gzipped : gunzip(gzipped);
        }
        return new Descriptions(
                json.length > 0 && JsonCodec.readDynamic(json) instanceof TreeMap map
                        ? map
                        : TreeMap.dynamic());
    }

    /// Empty when there is none.
    String of(String type, String field) {
        var fields = texts.map(type);
        return fields == null ? "" : fields.string(field, "");
    }

    private static byte[] read(String path) {
        try (var in = Descriptions.class.getResourceAsStream(path)) {
            return in == null ? new byte[0] : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] gunzip(byte[] data) {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(data))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
