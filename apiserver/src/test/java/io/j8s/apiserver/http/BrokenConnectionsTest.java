package io.j8s.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.TestServer;
import io.j8s.certs.ClientTls;
import io.j8s.machinery.timers.SystemTimers;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.BooleanSupplier;

/// Clients that vanish leave nothing behind: no request counts as under way for ever.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BrokenConnectionsTest {

    private static final int LOOKS = 10;
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private TestServer server;

    @BeforeAll
    void start() throws Exception {
        server = new TestServer();
        for (int i = 0; i < 40; i++) {
            server.send(
                    "POST",
                    MAPS,
                    "{\"metadata\":{\"name\":\"m%d\"},\"data\":{\"a\":\"%s\"}}"
                            .formatted(i, "x".repeat(100_000)));
        }
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private Socket send(String text) throws Exception {
        var uri = URI.create(server.url());
        var tls = ClientTls.context(List.of(server.authority()), null);
        var socket = tls.getSocketFactory().createSocket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(10_000);
        socket.getOutputStream()
                .write(
                        (text + "Host: x\r\nAuthorization: Bearer admin\r\n\r\n")
                                .getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        return socket;
    }

    private void assertNothingIsUnderWay() throws InterruptedException {
        until(() -> server.server().underWay() == 0);
    }

    /// Waits until it holds for some looks in a row: what was sent last may not have begun yet.
    private static void until(BooleanSupplier condition) throws InterruptedException {
        int inARow = 0;
        try (var timers = new SystemTimers()) {
            var deadline = timers.deadline(Duration.ofSeconds(20));
            while (inARow < LOOKS && !deadline.hasPassed()) {
                inARow = condition.getAsBoolean() ? inARow + 1 : 0;
                timers.sleep(Duration.ofMillis(20));
            }
        }
        assertThat(inARow).isEqualTo(LOOKS);
    }

    @Test
    void halfSentBodiesAreForgotten() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (var socket = send("POST " + MAPS + " HTTP/1.1\r\nContent-Length: 1000\r\n")) {
                socket.getOutputStream().write("{\"metadata\":".getBytes(StandardCharsets.UTF_8));
                socket.getOutputStream().flush();
            }
        }
        assertNothingIsUnderWay();
    }

    @Test
    void resetConnectionsAreForgotten() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (var socket = send("POST " + MAPS + " HTTP/1.1\r\nContent-Length: 1000\r\n")) {
                socket.setSoLinger(true, 0);
                socket.getOutputStream().write("{\"metadata\":".getBytes(StandardCharsets.UTF_8));
                socket.getOutputStream().flush();
            }
        }
        assertNothingIsUnderWay();
    }

    @Test
    void halfSentBodiesOfHttp2AreForgotten() throws Exception {
        var tls = ClientTls.context(List.of(server.authority()), null);
        for (int i = 0; i < 5; i++) {
            var client = HttpClient.newBuilder().sslContext(tls).build();
            try (var body = new SubmissionPublisher<ByteBuffer>()) {
                var answer =
                        client.sendAsync(
                                server.request(MAPS)
                                        .POST(BodyPublishers.fromPublisher(body))
                                        .build(),
                                BodyHandlers.discarding());
                until(body::hasSubscribers);
                body.submit(ByteBuffer.wrap("{".getBytes(StandardCharsets.UTF_8)));
                until(() -> server.server().underWay() > 0);
                client.shutdownNow();
                assertThat(answer).failsWithin(Duration.ofSeconds(20));
            }
            assertNothingIsUnderWay();
        }
    }

    @Test
    void listsThatNobodyReadsAreForgotten() throws Exception {
        for (int i = 0; i < 10; i++) {
            try (var socket = send("GET " + MAPS + " HTTP/1.1\r\n")) {
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
        }
        assertNothingIsUnderWay();
    }

    @Test
    void abandonedWatchesAreForgotten() throws Exception {
        for (int i = 0; i < 10; i++) {
            try (var socket = send("GET " + MAPS + "?watch=true HTTP/1.1\r\n")) {
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
        }
        assertNothingIsUnderWay();
    }
}
