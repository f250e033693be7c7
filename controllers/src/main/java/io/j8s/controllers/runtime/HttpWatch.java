package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.j8s.controllers.runtime.Api.Change;
import io.j8s.controllers.runtime.Api.WatchStream;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;

/// A watch's body cut into lines. The transport's thread hands over one chunk at a time and is
/// asked for the next only when that one was read: a slow reader holds up its own stream and keeps
/// no more than a chunk. Read by one thread.
final class HttpWatch<T> implements WatchStream<T>, AsyncBody.Consumer<List<ByteBuffer>> {

    private static final byte[] END = new byte[0];

    private final Function<byte[], Change<T>> parse;
    private final BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(4);
    private final ArrayDeque<byte[]> lines = new ArrayDeque<>();
    private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
    private @Nullable AsyncBody body;
    private boolean ended;

    HttpWatch(Function<byte[], Change<T>> parse) {
        this.parse = parse;
    }

    void opened(AsyncBody answer) {
        this.body = answer;
        var _ = answer.done().whenComplete((_, _) -> chunks.offer(END));
        answer.consume();
    }

    @Override
    public void consume(List<ByteBuffer> buffers, AsyncBody answer) throws InterruptedException {
        int size = buffers.stream().mapToInt(ByteBuffer::remaining).sum();
        var chunk = new byte[size];
        int at = 0;
        for (var buffer : buffers) {
            int part = buffer.remaining();
            buffer.get(chunk, at, part);
            at += part;
        }
        if (size > 0) {
            chunks.put(chunk);
        } else {
            answer.consume();
        }
    }

    @Override
    public @Nullable Change<T> next() throws InterruptedException {
        while (lines.isEmpty()) {
            if (ended || !readChunk()) {
                return null;
            }
            split();
        }
        return parse.apply(lines.remove());
    }

    /// The rest of the body, for an answer that is no watch.
    byte[] readAll() {
        try {
            while (!ended && readChunk()) {
                // everything collects in rest
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        return rest.toByteArray();
    }

    @Override
    public void close() {
        if (body != null) {
            body.cancel();
        }
    }

    private boolean readChunk() throws InterruptedException {
        var chunk = chunks.take();
        if (chunk.length == 0) {
            ended = true;
            return false;
        }
        rest.writeBytes(chunk);
        if (body != null) {
            body.consume();
        }
        return true;
    }

    private void split() {
        var bytes = rest.toByteArray();
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                if (i > from) {
                    lines.add(java.util.Arrays.copyOfRange(bytes, from, i));
                }
                from = i + 1;
            }
        }
        rest.reset();
        rest.write(bytes, from, bytes.length - from);
    }
}
