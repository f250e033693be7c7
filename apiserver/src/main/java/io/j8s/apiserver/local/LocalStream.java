package io.j8s.apiserver.local;

import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.EventStream;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/// What flows from the chain to a client of this process: the pieces of one body, or events one
/// after the other. The queue is bounded as a socket's is. `lock` (this) guards all state; the
/// producer runs on [#thread], the consumer takes from any.
final class LocalStream implements EventStream {

    private static final Logger log = LoggerFactory.getLogger(LocalStream.class);
    private static final int PENDING_BYTES_MAX = 256 * 1024;
    private static final int PIECE_BYTES = 64 * 1024;

    private final Serial serial;
    private final @Nullable Framing framing;
    private final @Nullable Body body;
    private final ArrayDeque<byte[]> pending = new ArrayDeque<>();
    private final List<Runnable> onRoom = new ArrayList<>(1);
    private final List<Runnable> onClosed = new ArrayList<>(2);
    private int pendingBytes;
    private boolean isFull;
    private boolean isEnded;
    private boolean isClosed;
    private Runnable available = () -> {};

    LocalStream(ExecutorService workers, Body body) {
        this.serial = new Serial(workers);
        this.framing = null;
        this.body = body;
        this.isEnded = true;
    }

    /// @param framing null for messages that keep their bounds
    LocalStream(ExecutorService workers, @Nullable Framing framing) {
        this.serial = new Serial(workers);
        this.framing = framing;
        this.body = null;
    }

    /// Runs tasks one at a time, in order, on virtual threads.
    private static final class Serial implements Executor {

        private final ExecutorService workers;
        private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        private final AtomicInteger waiting = new AtomicInteger();

        Serial(ExecutorService workers) {
            this.workers = workers;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
            if (waiting.getAndIncrement() == 0 && !workers.isShutdown()) {
                workers.execute(this::run);
            }
        }

        private void run() {
            do {
                var task = tasks.poll();
                if (task != null) {
                    run(task);
                }
            } while (waiting.decrementAndGet() > 0);
        }

        /// A task that fails must not hold up those behind it for ever.
        private static void run(Runnable task) {
            try {
                task.run();
            } catch (RuntimeException bug) {
                log.error("a stream's task failed", bug);
            }
        }
    }

    @Override
    public Executor thread() {
        return serial;
    }

    @Override
    public boolean sharesThread() {
        return false;
    }

    @Override
    public synchronized boolean hasRoom() {
        isFull = pendingBytes >= PENDING_BYTES_MAX;
        return !isEnded && !isFull;
    }

    @Override
    public void append(byte[] event) {
        byte[] framed = framed(event);
        synchronized (this) {
            if (isEnded) {
                return;
            }
            pending.add(framed);
            pendingBytes += framed.length;
        }
    }

    private byte[] framed(byte[] event) {
        return switch (framing) {
            case null -> event;
            case RAW -> event;
            case LINES -> {
                byte[] line = Arrays.copyOf(event, event.length + 1);
                line[event.length] = '\n';
                yield line;
            }
            case LENGTH_PREFIXED ->
                    ByteBuffer.allocate(event.length + 4).putInt(event.length).put(event).array();
        };
    }

    @Override
    public void flush() {
        Runnable task;
        synchronized (this) {
            task = available;
        }
        task.run();
    }

    @Override
    public synchronized void onRoom(Runnable task) {
        onRoom.add(task);
    }

    @Override
    public void onClosed(Runnable task) {
        synchronized (this) {
            if (!isClosed) {
                onClosed.add(task);
                return;
            }
        }
        serial.execute(task);
    }

    @Override
    public void end() {
        synchronized (this) {
            isEnded = true;
        }
        flush();
    }

    // ---- the consumer's side

    /// `task` is run whenever something may have become available, or the end was reached.
    void onAvailable(Runnable task) {
        synchronized (this) {
            available = task;
        }
    }

    /// The next piece or event; null when there is none now.
    byte @Nullable [] take() {
        byte[] taken;
        List<Runnable> tasks = List.of();
        synchronized (this) {
            taken = body == null ? pending.poll() : piece(body);
            if (taken != null && body == null) {
                pendingBytes -= taken.length;
                if (isFull && pendingBytes < PENDING_BYTES_MAX / 2) {
                    isFull = false;
                    tasks = List.copyOf(onRoom);
                }
            }
        }
        tasks.forEach(serial::execute);
        return taken;
    }

    private static byte @Nullable [] piece(Body body) {
        long length = body.length();
        if (length == 0) {
            return null;
        }
        // most answers are small: whole pieces were half of all that a busy process allocated
        var buffer =
                ByteBuffer.allocate(length < 0 ? PIECE_BYTES : (int) Math.min(length, PIECE_BYTES));
        while (buffer.hasRemaining() && body.fill(buffer)) {}
        return buffer.position() == 0 ? null : Arrays.copyOf(buffer.array(), buffer.position());
    }

    /// Whether nothing follows any more; asked after [#take] gave nothing.
    synchronized boolean isAtEnd() {
        return isEnded && pending.isEmpty();
    }

    /// Whether it carries an answer that is complete, and no events.
    boolean isWhole() {
        return body != null;
    }

    synchronized boolean hasPending() {
        return !pending.isEmpty();
    }

    /// Nobody takes from it any more, or all has been taken.
    void close() {
        List<Runnable> tasks;
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
            isEnded = true;
            pending.clear();
            pendingBytes = 0;
            tasks = List.copyOf(onClosed);
        }
        tasks.forEach(serial::execute);
    }
}
