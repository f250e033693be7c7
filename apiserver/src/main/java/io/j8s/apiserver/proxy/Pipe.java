package io.j8s.apiserver.proxy;

import io.j8s.apiserver.request.Tunnel;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.Executor;

/// Two connections that have switched protocols, piped into each other until the client has gone or
/// the backend has said all it had to say.
final class Pipe {

    private static final int PIECE_BYTES = 32 * 1024;

    private final Tunnel client;
    private final Backend backend;

    /// The other end. Reading and writing block; closing ends both.
    interface Backend extends Closeable {
        InputStream raw();

        OutputStream output();
    }

    Pipe(Tunnel client, Backend backend) {
        this.client = client;
        this.backend = backend;
    }

    /// Returns when both are closed.
    ///
    /// @param executor of the other direction
    void run(Executor executor) {
        executor.execute(() -> {
            clientToBackend();
            close();
        });
        backendToClient();
        close();
    }

    private void backendToClient() {
        byte[] piece = new byte[PIECE_BYTES];
        try {
            var from = backend.raw();
            for (int count = from.read(piece); count >= 0; count = from.read(piece)) {
                client.output().write(piece, 0, count);
                client.output().flush();
            }
        } catch (IOException _) {
            // one side closed: that is how these end
        }
    }

    /// What the client still sends when the backend listens no more is dropped: the backend's last
    /// words, an exit code among them, may still be on their way to the client.
    private void clientToBackend() {
        byte[] piece = new byte[PIECE_BYTES];
        boolean listens = true;
        try {
            var from = client.input();
            for (int count = from.read(piece); count >= 0; count = from.read(piece)) {
                listens = listens && isTaken(piece, count);
            }
        } catch (IOException _) {
            // the client has gone
        }
    }

    private boolean isTaken(byte[] piece, int count) {
        try {
            backend.output().write(piece, 0, count);
            backend.output().flush();
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private void close() {
        client.close();
        try {
            backend.close();
        } catch (IOException _) {
            // it is gone already
        }
    }
}
