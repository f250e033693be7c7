package io.j8s.nodeagent.server;

import io.j8s.nodeagent.server.HttpExchange.HttpRequest;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/// A small HTTPS server, one virtual thread a connection. The kubelet's API is a handful of paths
/// whose work is long blocking streams over upgraded connections, which plain sockets do best; the
/// number of connections is bounded.
final class HttpServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HttpServer.class);
    private static final int CONNECTIONS_MAX = 1000;
    private static final int HEAD_BYTES_MAX = 64 * 1024;
    private static final int BODY_BYTES_MAX = 1024 * 1024;
    private static final int IDLE_TIMEOUT_MS = 60_000;

    /// Answers one request; what it throws becomes 500.
    interface Handler {
        void handle(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private final ServerSocket listener;
    private final Handler handler;
    private final ExecutorService threads;
    private final Semaphore connections = new Semaphore(CONNECTIONS_MAX);

    /// @param tls null serves without, which only tests do
    HttpServer(@Nullable SSLContext tls, int port, Handler handler, ExecutorService threads)
            throws IOException {
        this.handler = handler;
        this.threads = threads;
        if (tls == null) {
            listener = new ServerSocket();
        } else {
            var secure = (SSLServerSocket) tls.getServerSocketFactory().createServerSocket();
            secure.setWantClientAuth(true);
            listener = secure;
        }
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(port));
    }

    int port() {
        return listener.getLocalPort();
    }

    void start() {
        threads.execute(this::accept);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var socket = listener.accept();
                if (connections.tryAcquire()) {
                    threads.execute(() -> serve(socket));
                } else {
                    socket.close();
                }
            } catch (SocketException e) {
                if (!listener.isClosed()) {
                    log.atWarn().setCause(e).log("accept failed");
                }
            } catch (IOException e) {
                log.atWarn().setCause(e).log("accept failed");
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(IDLE_TIMEOUT_MS);
            var in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
            var out = new BufferedOutputStream(socket.getOutputStream(), 16 * 1024);
            while (true) {
                var request = read(in);
                if (request == null) {
                    return;
                }
                var exchange = new HttpExchange(socket, in, out, request);
                answer(exchange);
                if (exchange.isUpgraded() || isLast(request)) {
                    return;
                }
            }
        } catch (IOException e) {
            log.atDebug().addKeyValue("cause", e.getMessage()).log("connection ended");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connections.release();
        }
    }

    private static boolean isLast(HttpRequest request) {
        return request.header("connection").filter("close"::equalsIgnoreCase).isPresent();
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException {
        try {
            handler.handle(exchange);
            if (!exchange.isAnswered()) {
                exchange.respond(404, "text/plain; charset=utf-8", "404 page not found\n");
            }
        } catch (RuntimeException e) {
            log.atError()
                    .addKeyValue("path", exchange.request().path())
                    .setCause(e)
                    .log("request failed");
            if (!exchange.isAnswered()) {
                exchange.respond(500, "text/plain; charset=utf-8", "Internal Error\n");
            } else {
                throw new IOException("answer was cut off", e);
            }
        }
    }

    /// @return null at the end of the connection
    private static @Nullable HttpRequest read(InputStream in) throws IOException {
        var first = line(in);
        if (first == null || first.isEmpty()) {
            return null;
        }
        var words = first.split(" ", 3);
        if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
            throw new IOException("not HTTP/1.1: " + first);
        }
        var headers = new LinkedHashMap<String, String>();
        int size = first.length();
        for (var line = line(in); line != null && !line.isEmpty(); line = line(in)) {
            size += line.length();
            int colon = line.indexOf(':');
            if (colon <= 0 || size > HEAD_BYTES_MAX) {
                throw new IOException("bad or too many headers");
            }
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(),
                    (a, b) -> a + ", " + b);
        }
        skipBody(in, headers);
        return request(words[0], words[1], headers);
    }

    static HttpRequest request(String method, String target, Map<String, String> headers) {
        int question = target.indexOf('?');
        var path = question < 0 ? target : target.substring(0, question);
        var query = new LinkedHashMap<String, List<String>>();
        if (question >= 0) {
            for (var pair : target.substring(question + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                var name = equals < 0 ? pair : pair.substring(0, equals);
                var value = equals < 0 ? "" : pair.substring(equals + 1);
                query.computeIfAbsent(decoded(name), _ -> new ArrayList<>()).add(decoded(value));
            }
        }
        return new HttpRequest(method, decoded(path.replace("+", "%2B")), query, headers, target);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /// No path of the kubelet's API takes a body; what is sent is read so that the next request of
    /// the connection is found.
    private static void skipBody(InputStream in, Map<String, String> headers) throws IOException {
        if (headers.containsKey("upgrade")) {
            return;
        }
        var length = headers.get("content-length");
        if (length != null) {
            long bytes = Long.parseLong(length);
            if (bytes > BODY_BYTES_MAX) {
                throw new IOException("body is too large");
            }
            in.skipNBytes(bytes);
        } else if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            long total = 0;
            while (true) {
                var size = line(in);
                int bytes = size == null ? 0 : Integer.parseInt(size.split(";", 2)[0].strip(), 16);
                total += bytes;
                if (bytes < 0 || total > BODY_BYTES_MAX) {
                    throw new IOException("body is too large");
                }
                in.skipNBytes(bytes);
                line(in);
                if (bytes == 0) {
                    return;
                }
            }
        }
    }

    static @Nullable String line(InputStream in) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return bytes.size() == 0 ? null : bytes.toString(StandardCharsets.ISO_8859_1);
            }
            if (b != '\r') {
                bytes.write(b);
            }
            if (bytes.size() > HEAD_BYTES_MAX) {
                throw new IOException("line is too long");
            }
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }
}
