package io.j8s.nodeagent.probes;

import io.j8s.machinery.timers.Deadline;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// Asks over HTTP; 200 to 399 is success. Certificates are not checked, and a redirect to another
/// host is success too. A connection is used once.
///
/// @param headers lower-case names
record HttpProbe(
        boolean isHttps,
        String host,
        int port,
        String path,
        Map<String, String> headers,
        SSLSocketFactory trustingAll)
        implements ProbeHandler {

    private static final int BODY_MAX = 10 * 1024; // upstream: maxRespBodyLength
    private static final int REDIRECTS_MAX = 10;

    HttpProbe {
        headers = new LinkedHashMap<>(headers);
    }

    private record Response(int status, String location, String body) {}

    @Override
    public Answer ask(Deadline limit) throws IOException {
        var target = path.isEmpty() ? "/" : path.startsWith("/") ? path : "/" + path;
        try {
            for (int hops = 0; hops < REDIRECTS_MAX; hops++) {
                var response = get(target, limit);
                if (response.status() >= 300
                        && response.status() < 400
                        && !response.location().isEmpty()) {
                    if (!response.location().startsWith("/")) {
                        return Answer.warning(
                                "Probe terminated redirects, Response body: " + response.body());
                    }
                    target = response.location();
                    continue;
                }
                return response.status() >= 200 && response.status() < 400
                        ? Answer.SUCCESS
                        : Answer.failure("HTTP probe failed with statuscode: " + response.status());
            }
            return Answer.failure("stopped after " + REDIRECTS_MAX + " redirects");
        } catch (SocketTimeoutException e) {
            return Answer.failure(
                    "Get \"%s\": context deadline exceeded (Client.Timeout exceeded while awaiting"
                                    .formatted(url())
                            + " headers)");
        } catch (IOException e) {
            return Answer.failure(
                    "Get \"%s\": %s".formatted(url(), Connections.inMessages(e, host, port)));
        }
    }

    /// Sends the request; whatever is answered is fine.
    ///
    /// @throws IOException when nobody answers, in Go's words
    void deliver(Deadline limit) throws IOException {
        try {
            get(path.isEmpty() ? "/" : path.startsWith("/") ? path : "/" + path, limit);
        } catch (SocketTimeoutException e) {
            throw new IOException("Get \"%s\": context deadline exceeded".formatted(url()), e);
        } catch (IOException e) {
            throw new IOException(
                    "Get \"%s\": %s".formatted(url(), Connections.inMessages(e, host, port)), e);
        }
    }

    private String url() {
        return (isHttps ? "https://" : "http://")
                + Connections.hostPort(host, port)
                + (path.startsWith("/") ? path : "/" + path);
    }

    private Response get(String target, Deadline limit) throws IOException {
        try (var plain = new Socket()) {
            plain.connect(new InetSocketAddress(host, port), Connections.millis(limit));
            plain.setSoTimeout(Connections.millis(limit));
            if (!isHttps) {
                return exchange(plain, target, limit);
            }
            try (var secure = (SSLSocket) trustingAll.createSocket(plain, host, port, false)) {
                secure.startHandshake();
                return exchange(secure, target, limit);
            }
        }
    }

    private Response exchange(Socket socket, String target, Deadline limit) throws IOException {
        var head = new StringBuilder("GET " + target + " HTTP/1.1\r\n");
        var all = new LinkedHashMap<String, String>();
        all.put("host", Connections.hostPort(host, port));
        all.put("user-agent", "kube-probe/1.37");
        all.put("accept", "*/*");
        all.putAll(headers);
        all.put("connection", "close");
        all.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        socket.getOutputStream()
                .write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        return read(socket, limit);
    }

    private static Response read(Socket socket, Deadline limit) throws IOException {
        var in = socket.getInputStream();
        var bytes = new ByteArrayOutputStream();
        int end = -1;
        while (end < 0 && bytes.size() < 4 * BODY_MAX) {
            if (!readSome(socket, in, bytes, limit)) {
                break;
            }
            end = bytes.toString(StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n");
        }
        var text = bytes.toString(StandardCharsets.ISO_8859_1);
        if (end < 0) {
            throw new IOException("EOF");
        }
        var lines = text.substring(0, end).lines().toList();
        var words = lines.getFirst().split(" ", 3);
        if (words.length < 2 || !words[1].matches("[0-9]{3}")) {
            throw new IOException("malformed HTTP response \"" + lines.getFirst() + "\"");
        }
        var location =
                lines.stream()
                        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("location:"))
                        .map(line -> line.substring(9).strip())
                        .findFirst()
                        .orElse("");
        return new Response(Integer.parseInt(words[1]), location, text.substring(end + 4));
    }

    private static boolean readSome(
            Socket socket, InputStream in, ByteArrayOutputStream bytes, Deadline limit)
            throws IOException {
        socket.setSoTimeout(Connections.millis(limit));
        var chunk = new byte[4096];
        int read = in.read(chunk);
        if (read > 0) {
            bytes.write(chunk, 0, read);
        }
        return read > 0;
    }
}
