package io.j8s.apiserver.local;

import io.fabric8.kubernetes.client.http.WebSocket;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

/// A watch as a client of WebSockets sees it: one message for each request for one. Calls to the
/// listener come one at a time.
final class LocalWebSocket implements WebSocket {

    private static final int NORMAL = 1000;

    private final LocalStream stream;
    private final Listener listener;
    private final ExecutorService workers;
    private long wanted = 1;
    private boolean isOpen;
    private boolean isRunning;
    private boolean isClosed;

    LocalWebSocket(LocalStream stream, Listener listener, ExecutorService workers) {
        this.stream = stream;
        this.listener = listener;
        this.workers = workers;
        stream.onAvailable(this::schedule);
    }

    /// The listener knows of the socket: messages may come.
    void opened() {
        synchronized (this) {
            isOpen = true;
        }
        schedule();
    }

    @Override
    public boolean send(ByteBuffer buffer) {
        return !stream.isAtEnd(); // what a client says means nothing to a watch
    }

    @Override
    public boolean sendClose(int code, String reason) {
        synchronized (this) {
            if (isClosed) {
                return false;
            }
            isClosed = true;
        }
        stream.close();
        workers.execute(() -> listener.onClose(this, code, reason == null ? "" : reason));
        return true;
    }

    @Override
    public long queueSize() {
        return 0;
    }

    @Override
    public void request() {
        synchronized (this) {
            wanted++;
        }
        schedule();
    }

    private void schedule() {
        synchronized (this) {
            if (isRunning || !isOpen || isClosed || wanted == 0) {
                return;
            }
            isRunning = true;
        }
        try {
            workers.execute(this::deliver);
        } catch (RejectedExecutionException e) {
            listener.onError(this, e);
        }
    }

    private void deliver() {
        while (true) {
            synchronized (this) {
                if (wanted == 0 || isClosed) {
                    isRunning = false;
                    return;
                }
            }
            byte[] event = stream.take();
            if (event == null) {
                if (stream.isAtEnd()) {
                    end();
                    return;
                }
                synchronized (this) {
                    isRunning = false;
                }
                if (stream.isAtEnd() || stream.hasPending()) {
                    schedule(); // it came between the look and the rest
                }
                return;
            }
            synchronized (this) {
                wanted--;
            }
            listener.onMessage(this, new String(event, StandardCharsets.UTF_8));
        }
    }

    private void end() {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
        }
        stream.close();
        listener.onClose(this, NORMAL, "");
    }
}
