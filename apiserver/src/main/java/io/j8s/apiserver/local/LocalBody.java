package io.j8s.apiserver.local;

import io.fabric8.kubernetes.client.http.AsyncBody;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

/// An answer's body, handed over piece by piece as the client asks for more. One delivery at a
/// time.
final class LocalBody implements AsyncBody {

    private final LocalStream stream;
    private final Consumer<List<ByteBuffer>> consumer;
    private final ExecutorService workers;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private boolean isWanted;
    private boolean isRunning;

    LocalBody(LocalStream stream, Consumer<List<ByteBuffer>> consumer, ExecutorService workers) {
        this.stream = stream;
        this.consumer = consumer;
        this.workers = workers;
        stream.onAvailable(this::schedule);
    }

    @Override
    public void consume() {
        synchronized (this) {
            isWanted = true;
        }
        schedule();
    }

    private void schedule() {
        synchronized (this) {
            if (isRunning || !isWanted || done.isDone()) {
                return;
            }
            isRunning = true;
        }
        try {
            workers.execute(this::deliver);
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(e);
        }
    }

    private void deliver() {
        while (true) {
            byte[] piece = stream.take();
            if (piece == null) {
                if (stream.isAtEnd()) {
                    stream.close();
                    done.complete(null);
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
                isWanted = false;
            }
            if (!hand(piece)) {
                return;
            }
            synchronized (this) {
                if (!isWanted) {
                    isRunning = false;
                    return;
                }
            }
        }
    }

    private boolean hand(byte[] piece) {
        try {
            consumer.consume(List.of(ByteBuffer.wrap(piece)), this);
            return true;
        } catch (Exception e) { // the consumer's interface throws anything
            stream.close();
            done.completeExceptionally(e);
            return false;
        }
    }

    @Override
    public CompletableFuture<Void> done() {
        return done;
    }

    @Override
    public void cancel() {
        stream.close();
        done.cancel(false);
    }
}
