package io.j8s.apiserver.http;

import io.undertow.server.HttpServerExchange;

import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/// Reads a request's body without ever blocking, up to a limit. Runs on the I/O thread; a worker is
/// taken only when the whole body is there, so slow senders hold no thread.
final class BodyReader {

    private final HttpServerExchange exchange;
    private final int bytesMax;
    private final Consumer<byte[]> done;
    private final Runnable tooLarge;
    private byte[] bytes = new byte[0];
    private int length;

    BodyReader(
            HttpServerExchange exchange, int bytesMax, Consumer<byte[]> done, Runnable tooLarge) {
        this.exchange = exchange;
        this.bytesMax = bytesMax;
        this.done = done;
        this.tooLarge = tooLarge;
    }

    void start() {
        long announced = exchange.getRequestContentLength();
        if (announced > bytesMax) {
            tooLarge.run();
            return;
        }
        bytes = new byte[announced > 0 ? (int) announced : 0];
        StreamSourceChannel channel = exchange.getRequestChannel();
        if (channel == null) {
            done.accept(bytes);
            return;
        }
        read(channel);
    }

    private void read(StreamSourceChannel channel) {
        try (var pooled = exchange.getConnection().getByteBufferPool().allocate()) {
            ByteBuffer buffer = pooled.getBuffer();
            while (true) {
                buffer.clear();
                int count = channel.read(buffer);
                if (count < 0) {
                    done.accept(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
                    return;
                }
                if (count == 0) {
                    channel.getReadSetter().set(this::read);
                    channel.resumeReads();
                    return;
                }
                if (length + count > bytesMax) {
                    channel.suspendReads();
                    tooLarge.run();
                    return;
                }
                append(buffer.flip());
            }
        } catch (IOException _) {
            // the client went away in the middle of its request: nobody is left to answer
            IoUtils.safeClose(exchange.getConnection());
            exchange.endExchange();
        }
    }

    private void append(ByteBuffer buffer) {
        int count = buffer.remaining();
        if (length + count > bytes.length) {
            bytes =
                    Arrays.copyOf(
                            bytes, Math.min(bytesMax, Math.max(length + count, bytes.length * 2)));
        }
        buffer.get(bytes, length, count);
        length += count;
    }
}
