package io.j8s.nodeagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

@Tag("runtime")
@Timeout(300)
class StreamingTest {

    private static RunningAgent agent;
    private static Pod pod;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        agent = new RunningAgent(directory, 22);
        var server =
                new ContainerBuilder(
                                TestPods.container(
                                        "main",
                                        "mkdir /www; echo page > /www/index.html; httpd -p 8080 -h"
                                                + " /www; sleep 1000"))
                        .withNewReadinessProbe()
                        .withNewTcpSocket()
                        .withPort(new IntOrString(8080))
                        .endTcpSocket()
                        .withPeriodSeconds(1)
                        .endReadinessProbe()
                        .build();
        pod = agent.cluster.submit(TestPods.pod("target", "Always", server));
        agent.await(
                pod,
                "the server listens",
                current ->
                        current.getStatus() != null
                                && current.getStatus().getContainerStatuses().stream()
                                        .anyMatch(status -> status.getReady()));
    }

    @AfterAll
    static void stop() throws Exception {
        agent.cluster.delete(pod, 0);
        agent.awaitGone(pod);
        agent.close();
    }

    /// Collects what arrives on each channel.
    private static final class Channels implements WebSocket.Listener {
        final Map<Integer, ByteArrayOutputStream> received = new ConcurrentHashMap<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();

        @Override
        public @org.jspecify.annotations.Nullable CompletionStage<?> onBinary(
                WebSocket socket, ByteBuffer data, boolean isLast) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            message.writeBytes(bytes);
            if (isLast) {
                byte[] all = message.toByteArray();
                message.reset();
                received.computeIfAbsent((int) all[0], _ -> new ByteArrayOutputStream())
                        .write(all, 1, all.length - 1);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @org.jspecify.annotations.Nullable CompletionStage<?> onClose(
                WebSocket socket, int code, String reason) {
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
        }

        String text(int channel) {
            var bytes = received.get(channel);
            return bytes == null ? "" : bytes.toString(StandardCharsets.UTF_8);
        }
    }

    private static WebSocket open(
            HttpClient http, String path, String protocol, Channels channels) {
        return http.newWebSocketBuilder()
                .header("Authorization", "Bearer test")
                .subprotocols(protocol)
                .buildAsync(URI.create("ws://127.0.0.1:" + agent.port() + path), channels)
                .join();
    }

    @Test
    void execAnswersOutputAndExitCodeByVersion5AndInputCanEnd() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var channels = new Channels();
            var socket =
                    open(
                            http,
                            "/exec/default/target/main?command=sh&command=-c&command=cat;echo%20oops%20%3E%262;exit%203&input=1&output=1&error=1",
                            "v5.channel.k8s.io",
                            channels);
            socket.sendBinary(ByteBuffer.wrap("\0hello\n".getBytes(StandardCharsets.UTF_8)), true)
                    .join();
            socket.sendBinary(ByteBuffer.wrap(new byte[] {(byte) 255, 0}), true).join();
            assertThat(channels.closed.get(60, TimeUnit.SECONDS)).isEqualTo(1000);
            assertThat(channels.text(1)).isEqualTo("hello\n");
            assertThat(channels.text(2)).isEqualTo("oops\n");
            assertThat(channels.text(3))
                    .contains("\"reason\":\"NonZeroExitCode\"")
                    .contains("\"message\":\"3\"");
        }
    }

    // conformance: "should support remote command execution over websockets"
    @ParameterizedTest
    @CsvSource({"true,''", "exit 3,3"})
    void firstProtocolTellsFailuresAsTextAndSuccessAsNothing(String command, String code)
            throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var channels = new Channels();
            open(
                    http,
                    "/exec/default/target/main?command=sh&command=-c&command=echo%20hi;"
                            + command.replace(" ", "%20")
                            + "&output=1&error=1",
                    "channel.k8s.io",
                    channels);
            assertThat(channels.closed.get(60, TimeUnit.SECONDS)).isEqualTo(1000);
            assertThat(channels.text(1)).isEqualTo("hi\n");
            assertThat(channels.text(3)).endsWith(code).doesNotContain("{");
        }
    }

    @Test
    void terminalTakesItsSize() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var channels = new Channels();
            var socket =
                    open(
                            http,
                            "/exec/default/target/main?command=sh&input=1&output=1&tty=1",
                            "v4.channel.k8s.io",
                            channels);
            socket.sendBinary(
                            ByteBuffer.wrap(
                                    "\4{\"Width\":99,\"Height\":41}\n"
                                            .getBytes(StandardCharsets.UTF_8)),
                            true)
                    .join();
            // the size and what is typed reach the terminal in any order, and what is typed is
            // echoed
            var typed = "\0until busybox stty size | grep '41 [9]9'; do sleep 0.1; done; exit\n";
            socket.sendBinary(ByteBuffer.wrap(typed.getBytes(StandardCharsets.UTF_8)), true).join();
            assertThat(channels.closed.get(60, TimeUnit.SECONDS)).isEqualTo(1000);
            assertThat(channels.text(1)).contains("41 99");
            assertThat(channels.text(3)).contains("\"status\":\"Success\"");
        }
    }

    @Test
    void portForwardReachesThePod() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var channels = new Channels();
            var socket =
                    open(
                            http,
                            "/portForward/default/target?port=8080",
                            "v4.channel.k8s.io",
                            channels);
            socket.sendBinary(
                            ByteBuffer.wrap(
                                    "\0GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.UTF_8)),
                            true)
                    .join();
            var deadline = agent.timers.deadline(java.time.Duration.ofSeconds(60));
            while (!channels.text(0).contains("page")) {
                assertThat(deadline.hasPassed()).describedAs(channels.text(0)).isFalse();
                agent.timers.sleep(java.time.Duration.ofMillis(20));
            }
            socket.abort();
        }
    }
}
