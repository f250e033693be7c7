package io.j8s.apiserver.http;

import io.j8s.machinery.timers.Timers;
import io.undertow.server.HttpServerExchange;

import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;

/// Reads a request's body without ever blocking, up to a limit. Runs on the I/O thread; a worker is
/// taken only when the whole body is there, so slow senders hold no thread. A body that ends before
/// its announced length, or does not end in time, ends the connection: nobody waits for an answer.
final class BodyReader {

    private static final Duration WAIT_MAX = Duration.ofSeconds(60); // --request-timeout

    private final HttpServerExchange exchange;
    private final Timers timers;
    private final Runnable abandoned;
    private final int bytesMax;
    private final Consumer<byte[]> done;
    private final Runnable tooLarge;
    private byte[] bytes = new byte[0];
    private int length;
    private Timers.@Nullable Scheduled limit;
    private volatile boolean isOver;

    BodyReader(
            HttpServerExchange exchange,
            int bytesMax,
            Consumer<byte[]> done,
            Runnable tooLarge,
            Runnable abandoned,
            Timers timers) {
        this.exchange = exchange;
        this.timers = timers;
        this.abandoned = abandoned;
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
                    end();
                    return;
                }
                if (count == 0) {
                    limitWait();
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
            abandon();
        }
    }

    private void end() {
        // Undertow takes the end of a connection for the end of the body
        if (length < exchange.getRequestContentLength()) {
            abandon();
            return;
        }
        close();
        done.accept(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
    }

    /// The client went away in the middle of its request. On the I/O thread, where nothing else
    /// writes to this exchange.
    private void abandon() {
        if (isOver) {
            return;
        }
        close();
        IoUtils.safeClose(exchange.getConnection());
        exchange.endExchange();
        abandoned.run(); // Undertow may still wait for the rest, on a connection that is closed
    }

    private void limitWait() {
        if (limit == null) {
            limit = timers.schedule(WAIT_MAX, exchange.getIoThread(), this::abandon);
        }
    }

    void close() {
        isOver = true;
        var pending = limit;
        if (pending != null) {
            pending.close();
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
