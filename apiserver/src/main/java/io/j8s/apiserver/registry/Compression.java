package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.EncodedObject;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// Compresses large answers (upstream: from 128 KiB on). A list is one gzip member made of blocks
/// that each end on a byte: every object is deflated once and its block used in all lists that
/// contain it; between two blocks stands the comma as a block of its own, uncompressed.
///
/// Worked example of two objects A and B (`|` between blocks, each but the last ending in an empty
/// stored block, which aligns it):
///
///     header | deflate(`{"kind":…,"items":`) | stored(`[`) | deflate(A) | stored(`,`) | deflate(B)
///            | deflate(`]}\n`), final | CRC-32 and length of the plain bytes
final class Compression {

    static final int BYTES_MIN = 128 * 1024; // upstream: defaultGzipThresholdBytes

    private static final int LEVEL = 1; // upstream: defaultGzipContentEncodingLevel
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 4, (byte) 0xff};
    private static final byte[] TAIL = {']', '}', '\n'};
    private static final long BLOCKS_BYTES_MAX = 16L << 20;
    private static final int BUFFER_BYTES = 8 * 1024;

    private final RecentForms blocks = new RecentForms(BLOCKS_BYTES_MAX);

    static boolean isWanted(Exchange exchange) {
        String accepted = exchange.header("Accept-Encoding");
        if (accepted == null) {
            return false;
        }
        for (String coding : accepted.split(",", -1)) {
            String text = coding.strip();
            if (text.equals("gzip") || (text.startsWith("gzip;") && !text.endsWith("q=0"))) {
                return true;
            }
        }
        return false;
    }

    /// Bytes that are together anyway.
    static Body of(ByteBuffer plain) {
        var crc = new CRC32();
        byte[] bytes = new byte[plain.remaining()];
        plain.get(bytes);
        crc.update(bytes);
        return new Pieces(List.of(HEADER, deflate(bytes, true), trailer(crc, bytes.length)), true);
    }

    /// @param head the list's beginning, up to before the opening bracket
    Body list(byte[] head, List<EncodedObject> items) {
        var crc = new CRC32();
        var pieces = new ArrayList<byte[]>(items.size() * 2 + 6);
        pieces.add(HEADER);
        pieces.add(deflate(head, false));
        crc.update(head);
        long length = (long) head.length + TAIL.length + Math.max(items.size(), 1);
        byte[] separator = stored('[');
        byte plain = '[';
        byte[] comma = stored(',');
        for (var item : items) {
            pieces.add(separator);
            crc.update(plain);
            pieces.add(blocks.get(item, Compression::deflate));
            item.writeItemTo(crc::update);
            length += item.itemSize();
            separator = comma;
            plain = ',';
        }
        if (items.isEmpty()) {
            pieces.add(separator);
            crc.update(plain);
        }
        pieces.add(deflate(TAIL, true));
        crc.update(TAIL);
        pieces.add(trailer(crc, length));
        return new Pieces(pieces, true);
    }

    private static byte[] deflate(EncodedObject item) {
        var plain = new ByteArrayOutputStream(item.itemSize());
        item.writeItemTo(plain::write);
        return deflate(plain.toByteArray(), false);
    }

    private static byte[] deflate(byte[] plain, boolean isLast) {
        var deflater = new Deflater(LEVEL, true);
        try {
            deflater.setInput(plain);
            var out = new ByteArrayOutputStream(plain.length / 2 + 64);
            byte[] buffer = new byte[BUFFER_BYTES];
            if (isLast) {
                deflater.finish();
                while (!deflater.finished()) {
                    out.write(buffer, 0, deflater.deflate(buffer));
                }
                return out.toByteArray();
            }
            int count;
            do {
                count = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
                out.write(buffer, 0, count);
            } while (count == buffer.length);
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    /// One byte in a block that is not compressed and not the last.
    private static byte[] stored(char c) {
        return new byte[] {0, 1, 0, (byte) 0xfe, (byte) 0xff, (byte) c};
    }

    private static byte[] trailer(CRC32 crc, long length) {
        return ByteBuffer.allocate(8)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putInt((int) crc.getValue())
                .putInt((int) length)
                .array();
    }

    /// Byte arrays one behind the other.
    static final class Pieces implements Body {

        private final List<byte[]> pieces;
        private final boolean compressed;
        private final long length;
        private int next;
        private int at;

        /// @param compressed whether they are gzip's
        Pieces(List<byte[]> pieces, boolean compressed) {
            this.pieces = pieces;
            this.compressed = compressed;
            long bytes = 0;
            for (byte[] piece : pieces) {
                bytes += piece.length;
            }
            this.length = bytes;
        }

        boolean isCompressed() {
            return compressed;
        }

        /// The same, compressed as a whole.
        Pieces compress() {
            var crc = new CRC32();
            var deflater = new Deflater(LEVEL, true);
            var out = new ByteArrayOutputStream((int) Math.min(length / 3, 1 << 26));
            byte[] buffer = new byte[BUFFER_BYTES * 8];
            try {
                for (byte[] piece : pieces) {
                    crc.update(piece);
                    deflater.setInput(piece);
                    while (!deflater.needsInput()) {
                        out.write(buffer, 0, deflater.deflate(buffer));
                    }
                }
                deflater.finish();
                while (!deflater.finished()) {
                    out.write(buffer, 0, deflater.deflate(buffer));
                }
            } finally {
                deflater.end();
            }
            return new Pieces(List.of(HEADER, out.toByteArray(), trailer(crc, length)), true);
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public boolean fill(ByteBuffer target) {
            while (next < pieces.size()) {
                byte[] piece = pieces.get(next);
                int count = Math.min(target.remaining(), piece.length - at);
                if (count > 0) {
                    target.put(piece, at, count);
                    at += count;
                    return true;
                }
                next++;
                at = 0;
            }
            return false;
        }
    }
}
