package io.j8s.nodeagent.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.ExecutorService;

/// Copies bytes between two connections until the client has gone or the runtime has said all.
final class Pump {

    private static final int BLOCK = 32 * 1024;

    private Pump() {}

    /// Returns when both directions are done; the end of one ends the other.
    static void both(HttpExchange.Connection client, RuntimeStream runtime, ExecutorService threads)
            throws IOException {
        threads.execute(() -> {
            copyQuietly(client.in(), runtime.out());
            closeQuietly(runtime);
        });
        copyQuietly(runtime.in(), client.out());
        client.close();
        runtime.close();
    }

    static void copyQuietly(InputStream in, OutputStream out) {
        var block = new byte[BLOCK];
        try {
            for (int read = in.read(block); read >= 0; read = in.read(block)) {
                out.write(block, 0, read);
                out.flush();
            }
        } catch (IOException e) {
            return; // an ended connection is how streams end
        }
    }

    static void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            return; // it is gone
        }
    }
}
