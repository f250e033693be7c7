package io.j8s.apiserver.http;

import io.j8s.apiserver.request.EventStream;

import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.XnioIoThread;
import org.xnio.channels.StreamSinkChannel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/// A watch's answer on a socket. State is confined to the I/O thread; what waits for the client is
/// one buffer that exists only while something waits, so that idle watches hold no memory.
final class UndertowEventStream implements EventStream {

    private static final int PENDING_BYTES_MAX = 256 * 1024;
    private static final byte[] NORMAL_CLOSURE = {(byte) 0x88, 2, 0x03, (byte) 0xe8};

    private final XnioIoThread thread;
    private final Framer framer;
    private final SpareBuffers.Spare spare;
    private final List<Runnable> onRoom = new ArrayList<>(1);
    private final List<Runnable> onClosed = new ArrayList<>(2);
    private @Nullable StreamSinkChannel channel;
    private @Nullable Runnable finish;
    private @Nullable ByteBuffer pending;
    private boolean isEnding;
    private boolean isClosed;

    UndertowEventStream(XnioIoThread thread, Framer framer, SpareBuffers buffers) {
        this.spare = buffers.of(thread);
        this.thread = thread;
        this.framer = framer;
    }

    /// The connection is ready: what was appended so far goes out with the headers.
    void open(StreamSinkChannel channel, Runnable finish) {
        if (isClosed) {
            finish.run();
            return;
        }
        this.channel = channel;
        this.finish = finish;
        channel.getWriteSetter().set(_ -> write());
        write();
    }

    @Override
    public Executor thread() {
        return thread;
    }

    @Override
    public boolean sharesThread() {
        return true;
    }

    @Override
    public boolean hasRoom() {
        var waiting = pending;
        return !isEnding && (waiting == null || waiting.position() < PENDING_BYTES_MAX);
    }

    @Override
    public void append(byte[] event) {
        if (isEnding || isClosed) {
            return;
        }
        framer.put(event, room(event.length + Framer.OVERHEAD_MAX));
    }

    /// The buffer with at least `count` free bytes, in writing mode.
    ByteBuffer room(int count) {
        var buffer = pending;
        if (buffer == null) {
            buffer = spare.take(count);
        } else if (buffer.remaining() < count) {
            int size = Math.max(buffer.capacity() * 2, buffer.position() + count);
            buffer = ByteBuffer.allocate(size).put(buffer.flip());
        }
        pending = buffer;
        return buffer;
    }

    @Override
    public void flush() {
        var open = channel;
        if (open != null && !open.isWriteResumed()) {
            write();
        }
    }

    private void write() {
        var open = channel;
        if (open == null || isClosed) {
            return;
        }
        boolean hadRoom = hasRoom();
        try {
            if (!drain(open)) {
                open.resumeWrites();
            } else if (isEnding) {
                close();
                return;
            } else if (!open.flush()) {
                open.resumeWrites();
            } else if (open.isWriteResumed()) {
                open.suspendWrites();
            }
        } catch (IOException _) {
            IoUtils.safeClose(open);
            close();
            return;
        }
        if (!hadRoom && hasRoom()) {
            List.copyOf(onRoom).forEach(Runnable::run);
        }
    }

    /// @return whether nothing waits any more
    private boolean drain(StreamSinkChannel open) throws IOException {
        var buffer = pending;
        if (buffer == null) {
            return true;
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
            if (open.write(buffer) == 0) {
                buffer.compact();
                return false;
            }
        }
        pending = null;
        spare.giveBack(buffer);
        return true;
    }

    @Override
    public void onRoom(Runnable task) {
        onRoom.add(task);
    }

    @Override
    public void onClosed(Runnable task) {
        if (isClosed) {
            task.run();
        } else {
            onClosed.add(task);
        }
    }

    @Override
    public void end() {
        thread.execute(() -> {
            if (!isEnding && framer == Framer.WEB_SOCKET_TEXT) {
                room(NORMAL_CLOSURE.length).put(NORMAL_CLOSURE);
            }
            isEnding = true;
            write();
        });
    }

    /// The exchange is over, by the client's doing or by ours.
    void connectionClosed() {
        if (Thread.currentThread() == thread) {
            close();
        } else {
            thread.execute(this::close);
        }
    }

    private void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        isEnding = true;
        pending = null;
        var last = finish;
        if (last != null) {
            last.run();
        }
        List.copyOf(onClosed).forEach(Runnable::run);
        onClosed.clear();
        onRoom.clear();
    }
}
