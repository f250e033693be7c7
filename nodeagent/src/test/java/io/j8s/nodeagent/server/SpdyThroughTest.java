package io.j8s.nodeagent.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.nodeagent.RunningAgent;
import io.j8s.nodeagent.TestPods;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

@Tag("runtime")
@Timeout(300)
@SuppressWarnings("try") // tests may be interrupted while closing
class SpdyThroughTest {

    /// Keeps what one stream brings.
    private static final class Kept implements SpdyConnection.Receiver {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void data(byte[] more) {
            bytes.writeBytes(more);
        }

        @Override
        public void end() {}
    }

    @Test
    void olderClientsReachTheRuntimeBySpdy(@TempDir Path directory) throws Exception {
        try (var agent = new RunningAgent(directory, 25)) {
            var pod = agent.cluster.submit(TestPods.pod("spdy", "Always", "sleep 1000"));
            agent.awaitPhase(pod, "Running");
            try (var socket = new Socket(java.net.InetAddress.getLoopbackAddress(), agent.port())) {
                socket.getOutputStream()
                        .write(
                                """
                                POST /exec/default/spdy/main?command=echo&command=through&output=1&error=1 HTTP/1.1\r
                                Host: x\r
                                Authorization: Bearer test\r
                                Connection: Upgrade\r
                                Upgrade: SPDY/3.1\r
                                X-Stream-Protocol-Version: v4.channel.k8s.io\r
                                X-Stream-Protocol-Version: v3.channel.k8s.io\r
                                \r
                                """
                                        .getBytes(StandardCharsets.US_ASCII));
                var in = new BufferedInputStream(socket.getInputStream());
                assertThat(HttpServer.line(in)).startsWith("HTTP/1.1 101");
                for (var line = HttpServer.line(in); line != null && !line.isEmpty(); ) {
                    line = HttpServer.line(in);
                }
                var spdy =
                        new SpdyConnection(
                                new RuntimeStream(socket, in, socket.getOutputStream(), ""));
                var output = new Kept();
                var error = new Kept();
                spdy.finish(spdy.open(Map.of("streamtype", "error"), error));
                spdy.finish(spdy.open(Map.of("streamtype", "stdout"), output));
                spdy.finish(spdy.open(Map.of("streamtype", "stderr"), new Kept()));
                spdy.read();
                assertThat(output.bytes.toString(StandardCharsets.UTF_8)).isEqualTo("through\n");
                assertThat(error.bytes.toString(StandardCharsets.UTF_8))
                        .contains("\"status\":\"Success\"");
            }
            agent.cluster.delete(pod, 0);
            agent.awaitGone(pod);
        }
    }
}
