package io.j8s.nodeagent.server;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.utils.Serialization;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;

/// Exec and attach for a WebSocket client: each message begins with the number of its channel; the
/// runtime is spoken to by SPDY, version 4, which has the same streams. Version 5 adds that a
/// client can end its input; before version 4 a failure was told as text and success as nothing.
final class ChannelSession {

    static final String V5 = "v5.channel.k8s.io";
    static final String V4 = "v4.channel.k8s.io";
    static final String V4_BASE64 = "v4.base64.channel.k8s.io";

    private static final String V1 = "channel.k8s.io";
    private static final String V1_BASE64 = "base64.channel.k8s.io";
    // upstream: a client that names no protocol speaks the first one
    private static final String UNNAMED = "";

    /// The best first.
    static final List<String> PROTOCOLS = List.of(V5, V4, V4_BASE64, V1, V1_BASE64);

    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;
    private static final int RESIZE = 4;
    private static final int CLOSE = 255;

    /// Which streams there are.
    record Streams(boolean stdin, boolean stdout, boolean stderr, boolean tty) {}

    private final WebSocket client;
    private final RuntimeStream runtime;
    private final SpdyConnection spdy;
    private final Streams streams;
    private final boolean isBase64;
    private final boolean isBeforeV4;
    private final Map<Integer, Integer> streamOf = new ConcurrentHashMap<>();

    ChannelSession(WebSocket client, RuntimeStream runtime, Streams streams, String protocol) {
        this.client = client;
        this.runtime = runtime;
        this.spdy = new SpdyConnection(runtime);
        this.streams = streams;
        this.isBase64 = protocol.equals(V4_BASE64) || protocol.equals(V1_BASE64);
        this.isBeforeV4 = Set.of(V1, V1_BASE64, UNNAMED).contains(protocol);
    }

    static Optional<String> choose(List<String> offered) {
        return offered.isEmpty()
                ? Optional.of(UNNAMED)
                : PROTOCOLS.stream().filter(offered::contains).findFirst();
    }

    /// Returns when the command has ended or the client has gone.
    void run(ExecutorService threads) throws IOException {
        open(ERROR, "error");
        if (streams.stdin()) {
            open(STDIN, "stdin");
        }
        if (streams.stdout()) {
            open(STDOUT, "stdout");
        }
        if (streams.stderr() && !streams.tty()) {
            open(STDERR, "stderr");
        }
        if (streams.tty()) {
            open(RESIZE, "resize");
        }
        // upstream: an empty message on the first writable channel says that all is set up
        send(streams.stdout() ? STDOUT : streams.stderr() ? STDERR : ERROR, new byte[0]);
        threads.execute(this::readClient);
        spdy.read();
        client.close(1000);
        client.closeConnection();
        runtime.close();
    }

    private void open(int channel, String type) throws IOException {
        boolean isInput = channel == STDIN || channel == RESIZE;
        int id = spdy.open(Map.of("streamtype", type), new ToClient(channel));
        streamOf.put(channel, id);
        if (!isInput) {
            spdy.finish(id);
        }
    }

    private void readClient() {
        try {
            for (var message = client.receive(); message != null; message = client.receive()) {
                if (message.length > 0) {
                    fromClient(message);
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            // the client has gone, or speaks nonsense: either way the session is over
        }
        Pump.closeQuietly(runtime);
    }

    private void fromClient(byte[] message) throws IOException {
        int channel = message[0] & 0xff;
        byte[] body = Arrays.copyOfRange(message, 1, message.length);
        if (isBase64) {
            channel -= '0';
            body = Base64.getDecoder().decode(body);
        }
        if (channel == CLOSE) {
            var ended = body.length == 0 ? null : streamOf.get((int) body[0]);
            if (ended != null) {
                spdy.finish(ended);
            }
            return;
        }
        var stream = streamOf.get(channel);
        if (stream != null && body.length > 0) {
            spdy.send(stream, body, 0, body.length);
        }
    }

    private void send(int channel, byte[] bytes) throws IOException {
        if (isBase64) {
            var text = (char) ('0' + channel) + Base64.getEncoder().encodeToString(bytes);
            client.sendText(text.getBytes(StandardCharsets.US_ASCII));
            return;
        }
        byte[] message = new byte[bytes.length + 1];
        message[0] = (byte) channel;
        System.arraycopy(bytes, 0, message, 1, bytes.length);
        client.sendBinary(message);
    }

    private final class ToClient implements SpdyConnection.Receiver {
        private final int channel;
        private final ByteArrayOutputStream verdict = new ByteArrayOutputStream();

        ToClient(int channel) {
            this.channel = channel;
        }

        @Override
        public void data(byte[] bytes) throws IOException {
            if (channel == ERROR && isBeforeV4) {
                verdict.write(bytes);
            } else {
                send(channel, bytes);
            }
        }

        @Override
        public void end() throws IOException {
            // the error stream ends last: then nothing more will come
            if (channel == ERROR) {
                if (verdict.size() > 0) {
                    tell(
                            Serialization.unmarshal(
                                    verdict.toString(StandardCharsets.UTF_8), Status.class));
                }
                client.close(1000);
                runtime.close();
            }
        }

        private void tell(Status status) throws IOException {
            if (!"Success".equals(status.getStatus())) {
                send(ERROR, status.getMessage().getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
