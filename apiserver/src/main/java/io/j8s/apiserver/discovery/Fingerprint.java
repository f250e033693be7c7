package io.j8s.apiserver.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// Tells builds apart whose OpenAPI documents may differ: clients keep a document for good under
/// its hash, so the hash must change with the tables and texts that it is made of. Made on first
/// use; threads may race in it.
final class Fingerprint {

    private static final List<String> SOURCES =
            List.of("schema.json", "resources.json", "operations.json", "descriptions.json");

    private volatile @Nullable String text;

    /// Upper-case hex.
    String text() {
        var found = text;
        if (found == null) {
            var parts = new ArrayList<byte[]>();
            for (String name : SOURCES) {
                parts.add(name.getBytes(UTF_8));
                parts.add(read("/io/j8s/facts/" + name));
            }
            found = Document.hash(parts);
            text = found;
        }
        return found;
    }

    private static byte[] read(String path) {
        try (var in = Fingerprint.class.getResourceAsStream(path)) {
            return in == null ? new byte[0] : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
