package io.j8s.conformance.e2e;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// The plainest client there is: one new connection per request, so that nothing is retried or
/// pooled behind a test's back.
final class Http {

    private static final int TIMEOUT_MS = 3000;
    private static final int PATIENCE_MS = 20_000;

    private Http() {}

    /// The body of a 200 answer.
    static String get(String host, int port) throws IOException {
        return get(host, port, TIMEOUT_MS);
    }

    private static String get(String host, int port, int timeoutMs) throws IOException {
        try (var socket = new Socket()) {
            socket.setSoTimeout(timeoutMs);
            socket.connect(new InetSocketAddress(host, port), timeoutMs);
            socket.getOutputStream()
                    .write(
                            "GET / HTTP/1.0\r\nHost: test\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int end = answer.indexOf("\r\n\r\n");
            if (!answer.startsWith("HTTP/1.1 200 ") && !answer.startsWith("HTTP/1.0 200 ")) {
                throw new IOException("answered: " + answer.lines().findFirst().orElse("nothing"));
            }
            return answer.substring(end + 4);
        }
    }

    /// As [#get], with what went wrong as text; for who asks again.
    static String tryGet(String host, int port) {
        return tryGet(host, port, TIMEOUT_MS);
    }

    /// As [#tryGet] for who asks only once: an answer may be slow, but not lost.
    static String ask(String host, int port) {
        return tryGet(host, port, PATIENCE_MS);
    }

    private static String tryGet(String host, int port, int timeoutMs) {
        try {
            return get(host, port, timeoutMs);
        } catch (IOException e) {
            return "failed: " + e;
        }
    }
}
