package io.j8s.apiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.TestServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// What clients hear of a node whose agent does not listen.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AbsentAgentTest {

    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");
    private static final String POD = "/api/v1/namespaces/default/pods/p";

    private final Socket taken = new Socket(); // bound, so that nobody else listens there

    private TestServer server;
    private String refused;

    @BeforeAll
    void start() throws Exception {
        server = new TestServer();
        taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        int port = taken.getLocalPort();
        refused = "dial tcp 127.0.0.1:" + port + ": connect: connection refused";
        server.send("POST", "/api/v1/nodes", "{\"metadata\":{\"name\":\"n\"}}");
        server.send(
                "PATCH",
                "/api/v1/nodes/n/status",
                """
                {"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}],
                 "daemonEndpoints":{"kubeletEndpoint":{"Port":%d}}}}\
                """
                        .formatted(port),
                "Content-Type",
                "application/merge-patch+json");
        server.send(
                "POST",
                "/api/v1/namespaces/default/pods",
                """
                {"metadata":{"name":"p"},
                 "spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}\
                """);
    }

    @AfterAll
    void stop() throws IOException {
        taken.close();
        server.close();
    }

    @Test
    void logsAndStreamsFailWithGosWords() throws Exception {
        var log = server.get(POD + "/log?tailLines=7");
        assertThat(log.statusCode()).isEqualTo(500);
        assertThat(log.body())
                .contains("/containerLogs/default/p/c?tailLines=7\\\": " + refused + "\"")
                .contains("\"message\":\"Get \\\"https://127.0.0.1:")
                .doesNotContain("reason");

        assertThat(upgrade(POD + "/exec?command=x&stdout=1"))
                .startsWith("HTTP/1.1 500 ")
                .contains("\"message\":\"error dialing backend: " + refused + "\"");

        var proxy = server.get("/api/v1/nodes/n/proxy/pods");
        assertThat(proxy.statusCode()).isEqualTo(503);
        assertThat(proxy.body()).contains("error trying to reach service: " + refused);
    }

    /// What an upgrade gets instead.
    private String upgrade(String path) throws Exception {
        var uri = URI.create(server.url());
        var sockets = server.client().sslContext().getSocketFactory();
        try (var socket = sockets.createSocket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(
                            ("POST "
                                            + path
                                            + " HTTP/1.1\r\nHost: x\r\n"
                                            + "Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
                                            + "Content-Length: 0\r\n"
                                            + "Authorization: Bearer admin\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            var answer = new StringBuilder();
            var in = new DataInputStream(socket.getInputStream());
            while (answer.indexOf("\r\n\r\n") < 0) {
                answer.append((char) in.readByte());
            }
            var length = LENGTH.matcher(answer);
            assertThat(length.find()).isTrue();
            byte[] body = in.readNBytes(Integer.parseInt(length.group(1)));
            answer.append(new String(body, StandardCharsets.UTF_8));
            return answer.toString();
        }
    }

    @Test
    void streamsAreUpgrades() throws Exception {
        for (String stream : new String[] {"exec?command=x", "attach", "portforward"}) {
            var answer = server.send("POST", POD + "/" + stream, null);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("\"message\":\"Upgrade request required\"");
        }
    }
}
