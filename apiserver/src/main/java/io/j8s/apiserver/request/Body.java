package io.j8s.apiserver.request;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The bytes of an answer, taken piece by piece as the connection accepts them, so that a large
/// list is never joined in memory. Used once, by one thread at a time.
public interface Body {

    Body EMPTY = of(new byte[0]);

    /// How many bytes follow in all; -1 when that is not known beforehand.
    long length();

    /// Puts the next bytes into `target`, which has room for at least one.
    ///
    /// @return false when nothing was left to put
    boolean fill(ByteBuffer target);

    static Body of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    static Body of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    static Body of(byte[] bytes, int offset, int length) {
        return new Whole(ByteBuffer.wrap(bytes, offset, length));
    }

    /// A body that lies in memory in one piece anyway.
    final class Whole implements Body {

        private final ByteBuffer bytes;

        private Whole(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        public ByteBuffer bytes() {
            return bytes;
        }

        @Override
        public long length() {
            return bytes.remaining();
        }

        @Override
        public boolean fill(ByteBuffer target) {
            int count = Math.min(target.remaining(), bytes.remaining());
            if (count == 0) {
                return false;
            }
            target.put(target.position(), bytes, bytes.position(), count);
            target.position(target.position() + count);
            bytes.position(bytes.position() + count);
            return true;
        }
    }
}
