package io.j8s.apiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.TestServer;
import io.j8s.certs.ClientTls;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// Requests passed on to a pod, over real sockets.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ProxyTest {

    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final int LARGE = 3_000_000;

    private TestServer server;
    private ServerSocket backend;

    @BeforeAll
    void start() throws Exception {
        server = new TestServer();
        backend = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
        var created =
                server.send(
                        "POST",
                        PODS,
                        """
                        {"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i",
                         "ports":[{"containerPort":%d}]}]}}\
                        """
                                .formatted(backend.getLocalPort()));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        server.send(
                "PATCH",
                PODS + "/p/status",
                "{\"status\":{\"podIP\":\"127.0.0.1\"}}",
                "Content-Type",
                "application/merge-patch+json");
    }

    @AfterAll
    void stop() throws IOException {
        backend.close();
        server.close();
    }

    private void accept() {
        while (!backend.isClosed()) {
            try {
                Socket socket = backend.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException _) {
                return;
            }
        }
    }

    /// Answers with a large body, or switches to an echo.
    private static void serve(Socket socket) {
        try (socket) {
            var reader =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String request = reader.readLine();
            boolean upgrade = false;
            for (String line = reader.readLine(); !line.isEmpty(); line = reader.readLine()) {
                upgrade |= line.equalsIgnoreCase("Upgrade: echo");
            }
            var out = socket.getOutputStream();
            if (!upgrade) {
                byte[] body = (request + "\n" + "x".repeat(LARGE)).getBytes(StandardCharsets.UTF_8);
                out.write(
                        ("HTTP/1.1 203 Fine\r\n"
                                        + "X-Own: yes\r\n"
                                        + "Content-Type: text/plain\r\n"
                                        + "Content-Length: "
                                        + body.length
                                        + "\r\n\r\n")
                                .getBytes(StandardCharsets.UTF_8));
                out.write(body);
                out.flush();
                return;
            }
            out.write(
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"
                            .getBytes(StandardCharsets.UTF_8));
            out.flush();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                out.write(("echo " + line + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        } catch (IOException _) {
            // the test is over
        }
    }

    @Test
    void answersComeBackAsTheyAreHoweverLarge() throws Exception {
        var response = server.get(PODS + "/p/proxy/some/path");
        assertThat(response.statusCode()).isEqualTo(203);
        assertThat(response.headers().firstValue("X-Own")).hasValue("yes");
        assertThat(response.body()).startsWith("GET /some/path HTTP/1.1\n");
        assertThat(response.body()).hasSizeGreaterThan(LARGE);
    }

    @Test
    void queriesPassAsTheyAreAndPathsWithTheirEscapes() throws Exception {
        String query = "?b=c%20d+e&a&&x=%2F;=%3d&b=1";
        String path = "/p/proxy/a%20b%3Fc%23d%25/%C3%A9$&+,:=@~%5B";
        assertThat(server.get(PODS + path + query).body())
                .startsWith("GET /a%20b%3Fc%23d%25/%C3%A9$&+,:=@~%5B" + query + " HTTP/1.1\n");
    }

    @Test
    void portsThatCannotBeDialledAreUnavailable() throws Exception {
        try (var taken = new Socket()) { // bound, so that nobody else listens there
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int closed = taken.getLocalPort();
            var whys =
                    Map.of(
                            "web",
                            "dial tcp: lookup tcp/web: unknown port",
                            "99999",
                            "dial tcp: address 99999: invalid port",
                            "" + closed,
                            "dial tcp 127.0.0.1:" + closed + ": connect: connection refused");
            for (var why : whys.entrySet()) {
                var answer = server.get(PODS + "/p:" + why.getKey() + "/proxy/");
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(answer.body())
                        .contains("\"message\":\"error trying to reach service: " + why.getValue());
            }
        }
    }

    @Test
    void switchedProtocolsArePipedBothWays() throws Exception {
        var uri = URI.create(server.url());
        var tls = ClientTls.context(List.of(server.authority()), null);
        try (var socket = tls.getSocketFactory().createSocket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + PODS
                                            + "/p/proxy/ HTTP/1.1\r\n"
                                            + "Host: x\r\n"
                                            + "Connection: Upgrade\r\n"
                                            + "Upgrade: echo\r\n"
                                            + "Authorization: Bearer admin\r\n\r\n")
                                    .getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            var reader =
                    new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            assertThat(reader.readLine()).startsWith("HTTP/1.1 101 ");
            while (!reader.readLine().isEmpty()) {}
            for (int i = 0; i < 3; i++) {
                socket.getOutputStream().write(("n" + i + "\n").getBytes(StandardCharsets.UTF_8));
                socket.getOutputStream().flush();
                assertThat(reader.readLine()).isEqualTo("echo n" + i);
            }
        }
    }

    @Test
    void theBackendsRootEndsInASlash() throws Exception {
        var redirect = server.get(PODS + "/p/proxy?a=b");
        assertThat(redirect.statusCode()).isEqualTo(301);
        assertThat(redirect.headers().firstValue("Location")).hasValue(PODS + "/p/proxy/?a=b");
    }

    @Test
    void headsHaveNoBodyWhateverLengthTheyTell() throws Exception {
        var head = server.send("HEAD", PODS + "/p/proxy/some", null);
        assertThat(head.statusCode()).isEqualTo(203);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void podsAreReachedOverTlsWithoutAskingWhoTheyAre() throws Exception {
        int port = URI.create(server.url()).getPort(); // this server plays the pod
        var version = server.get(PODS + "/https:p:" + port + "/proxy/version");
        assertThat(version.body()).contains("system:anonymous", "cannot get path");
        assertThat(version.statusCode()).isEqualTo(403);
    }

    @Test
    void podsWithoutNodeHaveNoLogAndNoStreams() throws Exception {
        assertThat(server.get(PODS + "/p/log").statusCode()).isEqualTo(204);
        var exec = server.send("POST", PODS + "/p/exec?command=x", null);
        assertThat(exec.statusCode()).isEqualTo(400);
        assertThat(exec.body()).contains("pod p does not have a host assigned");
        var wrong = server.get(PODS + "/p/log?container=other");
        assertThat(wrong.body()).contains("container other is not valid for pod p");
    }

    /// This server plays the agent, which refuses in its own words.
    @Test
    void whatTheAgentRefusesOfALogIsToldAsAStatus() throws Exception {
        server.send("POST", "/api/v1/nodes", "{\"metadata\":{\"name\":\"agent\"}}");
        server.send(
                "PATCH",
                "/api/v1/nodes/agent/status",
                """
                {"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}],
                 "daemonEndpoints":{"kubeletEndpoint":{"Port":%d}}}}\
                """
                        .formatted(URI.create(server.url()).getPort()),
                "Content-Type",
                "application/merge-patch+json");
        server.send(
                "POST",
                PODS,
                """
                {"metadata":{"name":"logged"},
                 "spec":{"nodeName":"agent","containers":[{"name":"c","image":"i"}]}}\
                """);
        var refused = server.get(PODS + "/logged/log");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(refused.body())
                .contains(
                        "\"kind\":\"Status\"",
                        "cannot get path \\\\\\\"/containerLogs/default/logged/c\\\\\\\"",
                        " ( pods/log logged)\",\"reason\":\"Forbidden\","
                            + "\"details\":{\"name\":\"logged\",\"kind\":\"pods/log\"},\"code\":403}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "400 | no such run | no such run                                   | BadRequest",
                "500 | broken      | Internal error occurred: broken               | InternalError",
                "404 | gone        | the server could not find the requested resource ( pods/log p)"
                        + " | NotFound",
                "502 | bad         | an error on the server (\"bad\") has prevented the request"
                        + " from succeeding ( pods/log p) | InternalError",
                "302 | elsewhere   | the server responded with the status code 302 but did not"
                        + " return more information ( pods/log p) | ``",
            })
    void eachRefusalOfALogHasItsReason(int code, String text, String message, String reason) {
        var status = AgentRefusal.of(code, text, "p");
        assertThat(status.code()).isEqualTo(code);
        assertThat(status.message()).isEqualTo(message);
        assertThat(status.reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tailLines=-1    | 422 | tailLines: Invalid value: -1: must be greater than or"
                        + " equal to 0",
                "limitBytes=0    | 422 | limitBytes: Invalid value: 0: must be greater than 0",
                "sinceSeconds=0  | 422 | sinceSeconds: Invalid value: 0: must be greater than 0",
                "stream=Stdout   | 422 | stream: Forbidden: may not be specified",
                "tailLines=x     | 400 | strconv.ParseInt: parsing \\\"x\\\": invalid syntax",
                "sinceTime=x     | 400 | parsing time \\\"x\\\" as"
                        + " \\\"2006-01-02T15:04:05Z07:00\\\"",
                "sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z | 422"
                        + " | at most one of `sinceTime` or `sinceSeconds` may be specified",
                "tailLines=0&limitBytes=1&sinceSeconds=1&timestamps=&follow=0 | 204 | ''",
            })
    void asksForLogsInGoodWordsOnly(String query, int code, String message) throws Exception {
        var answer = server.get(PODS + "/p/log?" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(code);
        assertThat(answer.body()).contains(message);
    }

    @Test
    void leadsNeitherToLoopbackNorToWhatIsNoAddress() throws Exception {
        server.send(
                "POST",
                PODS,
                "{\"metadata\":{\"name\":\"own\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}");
        assertThat(server.get(PODS + "/own:80/proxy/").statusCode()).isEqualTo(400);
        server.send(
                "PATCH",
                PODS + "/own/status",
                "{\"status\":{\"podIP\":\"127.0.0.2\"}}",
                "Content-Type",
                "application/merge-patch+json");
        var refused = server.get(PODS + "/own:80/proxy/");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body())
                .contains("\"message\":\"address not allowed\",\"reason\":\"BadRequest\"");
        server.send("POST", "/api/v1/nodes", "{\"metadata\":{\"name\":\"own\"}}");
        server.send(
                "PATCH",
                "/api/v1/nodes/own/status",
                "{\"status\":{\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"127.0.0.2\"}]}}",
                "Content-Type",
                "application/merge-patch+json");
        assertThat(server.get("/api/v1/nodes/own/proxy/healthz").body())
                .contains("\"message\":\"address not allowed\",\"reason\":\"BadRequest\"");
    }
}
