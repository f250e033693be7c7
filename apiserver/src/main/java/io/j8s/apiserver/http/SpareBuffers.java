package io.j8s.apiserver.http;

import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// One buffer for each I/O thread, which its event streams take in turn: an event that a client
/// takes at once costs no new buffer, and no zeroing of one. Any thread may look one up.
final class SpareBuffers {

    private final Map<XnioIoThread, Spare> byThread = new ConcurrentHashMap<>();

    Spare of(XnioIoThread thread) {
        var found = byThread.get(thread);
        return found != null ? found : byThread.computeIfAbsent(thread, _ -> new Spare());
    }

    /// A thread's buffer. Confined to that thread.
    static final class Spare {

        static final int BYTES = 16 * 1024;

        private @Nullable ByteBuffer buffer;

        /// An empty buffer of at least so many bytes, in writing mode.
        ByteBuffer take(int bytesMin) {
            var spare = buffer;
            if (spare == null || bytesMin > BYTES) {
                return ByteBuffer.allocate(Math.max(BYTES, bytesMin));
            }
            buffer = null;
            return spare.clear();
        }

        /// Takes back what nobody reads any more; larger ones are left to the collector.
        void giveBack(ByteBuffer done) {
            if (done.capacity() == BYTES) {
                buffer = done;
            }
        }
    }
}
