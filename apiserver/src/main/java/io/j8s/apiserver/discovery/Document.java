package io.j8s.apiserver.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// One document as it is kept: its bytes, large ones compressed, and how it is told apart.
/// Immutable.
public final class Document {

    private static final int COMPRESSED_FROM_BYTES = 16 * 1024;

    private final String contentType;
    private final String hash;
    private final byte[] stored;
    private final boolean compressed;

    private Document(String contentType, String hash, byte[] stored, boolean compressed) {
        this.contentType = contentType;
        this.hash = hash;
        this.stored = stored;
        this.compressed = compressed;
    }

    /// @param hash tells this content from any other, in upper-case hex
    static Document of(String contentType, String hash, byte[] body) {
        boolean large = body.length >= COMPRESSED_FROM_BYTES;
        return new Document(contentType, hash, large ? gzip(body) : body, large);
    }

    /// As [#of(String,String,byte\[\])] with the hash of the content.
    static Document of(String contentType, byte[] body) {
        return of(contentType, hash(List.of(body)), body);
    }

    public String contentType() {
        return contentType;
    }

    /// Upper-case hex of the content, without quotes; the ETag is this in quotes.
    public String hash() {
        return hash;
    }

    /// Whether [#gzipped] is at hand.
    public boolean isCompressed() {
        return compressed;
    }

    /// The gzip member; only when [#isCompressed].
    public byte[] gzipped() {
        if (!compressed) {
            throw new IllegalStateException("not kept compressed");
        }
        return stored.clone();
    }

    /// The plain bytes.
    public byte[] bytes() {
        return compressed ? gunzip(stored) : stored.clone();
    }

    public String text() {
        return new String(bytes(), UTF_8);
    }

    /// SHA-512 as upstream's ETags: upper-case hex.
    static String hash(List<byte[]> parts) {
        try {
            var digest = MessageDigest.getInstance("SHA-512");
            parts.forEach(digest::update);
            return HexFormat.of().withUpperCase().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("no SHA-512 in this JVM", e);
        }
    }

    private static byte[] gzip(byte[] body) {
        var out = new ByteArrayOutputStream(body.length / 6);
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] gunzip(byte[] gzipped) {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(gzipped))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
