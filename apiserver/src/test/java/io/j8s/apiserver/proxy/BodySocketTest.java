package io.j8s.apiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.apiserver.TestServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Logs read through a WebSocket, with the JDK's client and an agent of the test's own.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
final class BodySocketTest {

    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String LOG = "container is alive\n";
    private static final int LARGE = 5000;

    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    private final CountDownLatch isLeft = new CountDownLatch(1);
    private TestServer server;
    private ServerSocket agent;

    @BeforeAll
    void start() throws Exception {
        server = new TestServer();
        agent =
                server.tls()
                        .getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
        send("POST", "/api/v1/nodes", "{\"metadata\":{\"name\":\"n\"}}");
        send(
                "PATCH",
                "/api/v1/nodes/n/status",
                """
                {"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}],
                 "daemonEndpoints":{"kubeletEndpoint":{"Port":%d}}}}\
                """
                        .formatted(agent.getLocalPort()));
        for (String pod : List.of("short", "large", "endless", "absent")) {
            send(
                    "POST",
                    PODS,
                    """
                    {"metadata":{"name":"%s"},
                     "spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}\
                    """
                            .formatted(pod));
        }
    }

    private void send(String method, String path, String body) throws Exception {
        var answer =
                method.equals("POST")
                        ? server.send(method, path, body)
                        : server.send(
                                method, path, body, "Content-Type", "application/merge-patch+json");
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    }

    @AfterAll
    void stop() throws IOException {
        agent.close();
        server.close();
    }

    private void accept() {
        while (!agent.isClosed()) {
            try {
                Socket socket = agent.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException _) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var reader =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            var head = new StringBuilder();
            for (String line = reader.readLine(); !line.isEmpty(); line = reader.readLine()) {
                head.append(line).append('\n');
            }
            asked.add(head.toString());
            String code = head.indexOf("/absent/") >= 0 ? "404 Not Found" : "200 OK";
            String body = head.indexOf("/large/") >= 0 ? "x".repeat(LARGE) : LOG;
            socket.getOutputStream()
                    .write(
                            ("HTTP/1.1 " + code + "\r\nContent-Type: text/plain\r\n\r\n" + body)
                                    .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            if (head.indexOf("/endless/") >= 0) {
                int end = reader.read();
                assertThat(end).isEqualTo(-1);
                isLeft.countDown();
            }
        } catch (IOException _) {
            isLeft.countDown(); // only who had an endless log is waited for
        }
    }

    /// Notes what comes, one line for each message.
    private static final class Notes implements WebSocket.Listener {

        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean isLast) {
            return note(socket, "text " + data);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean isLast) {
            return note(socket, "binary " + StandardCharsets.US_ASCII.decode(data));
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            return note(socket, "pong " + StandardCharsets.US_ASCII.decode(message));
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            return note(socket, "close " + code);
        }

        @SuppressWarnings("NullAway") // null lets the client take the message as read
        private CompletionStage<?> note(WebSocket socket, String line) {
            lines.add(line);
            socket.request(1);
            return null;
        }

        String next() throws InterruptedException {
            return String.valueOf(lines.poll(30, TimeUnit.SECONDS));
        }
    }

    private WebSocket open(String pod, Notes notes, String... protocols) {
        var builder = server.client().newWebSocketBuilder().header("Authorization", "Bearer admin");
        if (protocols.length > 0) {
            builder.subprotocols(
                    protocols[0],
                    List.of(protocols).subList(1, protocols.length).toArray(String[]::new));
        }
        return builder.buildAsync(
                        URI.create(
                                server.url().replace("https:", "wss:")
                                        + PODS
                                        + "/"
                                        + pod
                                        + "/log?tailLines=7"),
                        notes)
                .join();
    }

    @Test
    void logsComeAsBinaryMessagesBehindAnEmptyOne() throws Exception {
        for (var protocols : List.of(new String[0], new String[] {"binary.k8s.io"})) {
            asked.clear();
            var notes = new Notes();
            var socket = open("short", notes, protocols);
            assertThat(socket.getSubprotocol()).isEqualTo(String.join("", protocols));
            assertThat(notes.next()).isEqualTo("binary ");
            assertThat(notes.next()).isEqualTo("binary " + LOG);
            assertThat(notes.next()).isEqualTo("close 1000");
            assertThat(asked.poll(30, TimeUnit.SECONDS))
                    .startsWith("GET /containerLogs/default/short/c?tailLines=7 HTTP/1.1\n")
                    .doesNotContainIgnoringCase("websocket")
                    .doesNotContainIgnoringCase("upgrade");
        }
    }

    @Test
    void theFirstKnownSubprotocolIsSpoken() throws Exception {
        var notes = new Notes();
        var socket = open("short", notes, "unknown", "base64.binary.k8s.io", "binary.k8s.io");
        assertThat(socket.getSubprotocol()).isEqualTo("base64.binary.k8s.io");
        assertThat(notes.next()).isEqualTo("text ");
        assertThat(notes.next()).isEqualTo("text Y29udGFpbmVyIGlzIGFsaXZlCg==");
        assertThat(notes.next()).isEqualTo("close 1000");
    }

    @Test
    void messagesAreNoLongerThanUpstreams() throws Exception {
        var notes = new Notes();
        open("large", notes);
        int length = 0;
        for (String line = notes.next(); !line.startsWith("close"); line = notes.next()) {
            int count = line.length() - "binary ".length();
            assertThat(count).isLessThanOrEqualTo(2048);
            length += count;
        }
        assertThat(length).isEqualTo(LARGE);
    }

    @Test
    void pingsAreAnsweredAndTheClientsEndIsTheAgentsToo() throws Exception {
        var notes = new Notes();
        var socket = open("endless", notes);
        assertThat(notes.next()).isEqualTo("binary ");
        assertThat(notes.next()).isEqualTo("binary " + LOG);
        socket.sendText("means nothing", true).join();
        socket.sendPing(ByteBuffer.wrap("hey".getBytes(StandardCharsets.US_ASCII))).join();
        assertThat(notes.next()).isEqualTo("pong hey");
        socket.sendClose(1000, "").join();
        assertThat(notes.next()).isEqualTo("close 1000");
        assertThat(isLeft.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatIsRefusedIsNoWebSocket() {
        assertThat(refusal("short", "unknown")).isEqualTo(403);
        assertThat(refusal("absent", "binary.k8s.io")).isEqualTo(404);
    }

    private int refusal(String pod, String protocol) {
        var refused = new int[1];
        assertThatThrownBy(() -> open(pod, new Notes(), protocol))
                .isInstanceOfSatisfying(
                        CompletionException.class,
                        e ->
                                refused[0] =
                                        e.getCause() instanceof WebSocketHandshakeException h
                                                ? h.getResponse().statusCode()
                                                : 0);
        return refused[0];
    }

    @Test
    void keysAndVersionsAreAsked() throws Exception {
        var uri = URI.create(server.url());
        try (var socket =
                server.client()
                        .sslContext()
                        .getSocketFactory()
                        .createSocket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + PODS
                                            + "/short/log HTTP/1.1\r\nHost: x\r\n"
                                            + "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                            + "Sec-WebSocket-Key: eA==\r\n"
                                            + "Authorization: Bearer admin\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            var reader =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            assertThat(reader.readLine()).startsWith("HTTP/1.1 400 ");
            assertThat(reader.lines().takeWhile(line -> !line.isEmpty()).toList())
                    .contains("Sec-WebSocket-Version: 13");
        }
    }
}
