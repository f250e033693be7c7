package io.j8s.conformance.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// Reads a program's stream as it comes, so that the program never blocks on a full pipe. Keeps the
/// first [#BYTES_MAX] bytes.
final class Drain {

    private static final int BYTES_MAX = 8 << 20;

    private final StringBuilder text = new StringBuilder(); // guarded by itself
    private final Thread reader;

    Drain(InputStream stream) {
        reader = Thread.ofVirtual().start(() -> read(stream));
    }

    /// Everything, once the stream has ended; gives up waiting for stragglers after two seconds.
    String text() throws InterruptedException {
        reader.join(java.time.Duration.ofSeconds(2));
        return soFar();
    }

    /// What has come so far.
    String soFar() {
        synchronized (text) {
            return text.toString();
        }
    }

    private void read(InputStream stream) {
        var buffer = new byte[8192];
        try (stream) {
            int n = stream.read(buffer);
            while (n >= 0) {
                synchronized (text) {
                    if (text.length() < BYTES_MAX) {
                        text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                    }
                }
                n = stream.read(buffer);
            }
        } catch (IOException _) {
            // the process was killed
        }
    }
}
