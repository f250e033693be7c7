package io.j8s.nodeagent.server;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

/// One request and its answer, HTTP/1.1, on one blocking connection. Confined to the connection's
/// thread, except after [#upgrade], when the streams are the caller's.
final class HttpExchange {

    private final Socket socket;
    private final BufferedInputStream in;
    private final OutputStream out;
    private final HttpRequest request;
    private boolean isAnswered;
    private boolean isUpgraded;

    HttpExchange(Socket socket, BufferedInputStream in, OutputStream out, HttpRequest request) {
        this.socket = socket;
        this.in = in;
        this.out = out;
        this.request = request;
    }

    HttpRequest request() {
        return request;
    }

    /// The certificates that the client showed, unverified; empty without.
    List<X509Certificate> peerCertificates() {
        if (!(socket instanceof SSLSocket secure)) {
            return List.of();
        }
        try {
            return java.util.Arrays.stream(secure.getSession().getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }

    boolean isAnswered() {
        return isAnswered;
    }

    boolean isUpgraded() {
        return isUpgraded;
    }

    void respond(int status, String contentType, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        head(status, contentType, "Content-Length: " + bytes.length + "\r\n");
        out.write(bytes);
        out.flush();
    }

    /// Starts an answer of unknown length; every write goes out at once.
    OutputStream stream(int status, String contentType) throws IOException {
        head(status, contentType, "Transfer-Encoding: chunked\r\n");
        out.flush();
        return new Chunks(out);
    }

    /// Answers 101 and hands over the raw connection.
    Connection upgrade(Map<String, String> headers) throws IOException {
        isAnswered = true;
        isUpgraded = true;
        var text = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n");
        headers.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        out.write(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        socket.setSoTimeout(0);
        return new Connection(socket, in, out);
    }

    /// The raw connection after an upgrade that somebody else answers.
    Connection takeOver() throws IOException {
        isAnswered = true;
        isUpgraded = true;
        socket.setSoTimeout(0);
        return new Connection(socket, in, out);
    }

    /// A two-way stream of bytes; closing it closes the connection.
    record Connection(Socket socket, InputStream in, OutputStream out) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private void head(int status, String contentType, String length) throws IOException {
        if (isAnswered) {
            throw new IllegalStateException("answered twice: " + request.path());
        }
        isAnswered = true;
        var head =
                "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n%s\r\n"
                        .formatted(status, HttpRequest.reason(status), contentType, length);
        out.write(head.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// The chunked transfer coding.
    private static final class Chunks extends OutputStream {
        private final OutputStream out;
        private boolean isClosed;

        Chunks(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return;
            }
            out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(bytes, offset, length);
            out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }

        @Override
        public void close() throws IOException {
            if (!isClosed) {
                isClosed = true;
                out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
        }
    }

    /// What a client asked for.
    ///
    /// @param headers names in lower case
    record HttpRequest(
            String method,
            String path,
            Map<String, List<String>> query,
            Map<String, String> headers,
            String target) {

        HttpRequest {
            query = new LinkedHashMap<>(query);
            headers = new LinkedHashMap<>(headers);
        }

        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name));
        }

        @Nullable String parameter(String name) {
            var values = query.get(name);
            return values == null || values.isEmpty() ? null : values.getFirst();
        }

        boolean isTrue(String name) {
            var value = parameter(name);
            return "true".equals(value) || "1".equals(value);
        }

        static String reason(int status) {
            return switch (status) {
                case 200 -> "OK";
                case 400 -> "Bad Request";
                case 401 -> "Unauthorized";
                case 403 -> "Forbidden";
                case 404 -> "Not Found";
                case 405 -> "Method Not Allowed";
                case 422 -> "Unprocessable Entity";
                case 500 -> "Internal Server Error";
                case 503 -> "Service Unavailable";
                default -> "Status";
            };
        }
    }
}
