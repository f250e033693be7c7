package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.EncodedObject;
import io.j8s.apiserver.request.Body;

import java.nio.ByteBuffer;
import java.util.List;

/// A list made of the cache's bytes while it is sent: at no time more of it exists than one batch.
final class ListBody implements Body {

    private static final byte[] TAIL = {']', '}', '\n'};

    private final byte[] head;
    private final List<EncodedObject> items;
    private final long length;
    private int next = -1; // -1: the head; size(): the tail
    private byte[] piece = new byte[0];
    private int pieceAt;

    ListBody(byte[] head, List<EncodedObject> items) {
        this.head = head;
        this.items = items;
        long bytes = (long) head.length + TAIL.length + Math.max(0, items.size() - 1);
        for (var item : items) {
            bytes += item.itemSize();
        }
        this.length = bytes;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public boolean fill(ByteBuffer target) {
        if (pieceAt < piece.length) {
            int count = Math.min(target.remaining(), piece.length - pieceAt);
            target.put(piece, pieceAt, count);
            pieceAt += count;
            return true;
        }
        if (next > items.size()) {
            return false;
        }
        if (next >= 0 && next < items.size()) {
            var item = items.get(next);
            int comma = next == 0 ? 0 : 1;
            if (item.itemSize() + comma <= target.remaining()) {
                next++;
                if (comma > 0) {
                    target.put((byte) ',');
                }
                item.writeItemTo(target::put);
                return true;
            }
        }
        piece = nextPiece();
        pieceAt = 0;
        return true;
    }

    /// What does not fit into the batch as a whole is copied, and sent in parts.
    private byte[] nextPiece() {
        int index = next++;
        if (index < 0) {
            return head;
        }
        if (index == items.size()) {
            return TAIL;
        }
        var item = items.get(index);
        int[] at = {index == 0 ? 0 : 1};
        byte[] bytes = new byte[item.itemSize() + at[0]];
        if (at[0] == 1) {
            bytes[0] = ',';
        }
        item.writeItemTo((from, offset, count) -> {
            System.arraycopy(from, offset, bytes, at[0], count);
            at[0] += count;
        });
        return bytes;
    }
}
