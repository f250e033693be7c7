package io.j8s.apiserver.proxy;

import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.Tunnel;
import io.j8s.apiserver.request.WebSocketHandshake;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/// A body that a client reads as messages of a WebSocket, an empty one first (upstream:
/// `wsstream.Reader`). What the client says is dropped, but for pings and its end.
final class BodySocket {

    private static final String UNNAMED = ""; // for who offers no subprotocol
    private static final String BINARY_PROTOCOL = "binary.k8s.io";
    private static final String BASE64_PROTOCOL = "base64.binary.k8s.io";
    private static final List<String> PROTOCOLS =
            List.of(UNNAMED, BINARY_PROTOCOL, BASE64_PROTOCOL);

    private static final int PIECE_BYTES = 2048; // upstream's
    private static final int CONTROL_BYTES_MAX = 125;

    private static final int TEXT = 0x1;
    private static final int BINARY = 0x2;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;

    private static final int NORMAL = 1000;
    private static final int PROTOCOL_ERROR = 1002;

    private final Tunnel client;
    private final InputStream body;
    private final Closeable source;
    private final boolean isBase64;
    private boolean isClosing; // guarded by this

    private BodySocket(Tunnel client, InputStream body, Closeable source, boolean isBase64) {
        this.client = client;
        this.body = body;
        this.source = source;
        this.isBase64 = isBase64;
    }

    /// The first of the client's subprotocols that is known.
    private static Optional<String> protocol(Exchange exchange) {
        var offered = WebSocketHandshake.offered(exchange);
        return (offered.isEmpty() ? List.of(UNNAMED) : offered)
                .stream().filter(PROTOCOLS::contains).findFirst();
    }

    /// Why this client gets no WebSocket; empty when it does. These are no `Status`: upstream's
    /// WebSocket library answers on its own.
    static Optional<Answer> refusal(Exchange exchange) {
        if (given(exchange, "Sec-WebSocket-Key").isEmpty()) {
            return Optional.of(refused(400, List.of(), "mismatch challenge/response"));
        }
        if (!given(exchange, "Sec-WebSocket-Version").equals("13")) {
            var version = new Answer.Header("Sec-WebSocket-Version", "13");
            return Optional.of(refused(400, List.of(version), "missing or bad WebSocket Version"));
        }
        return protocol(exchange).isPresent()
                ? Optional.empty()
                : Optional.of(refused(403, List.of(), ""));
    }

    private static Answer refused(int code, List<Answer.Header> headers, String text) {
        return new Answer(code, "", headers, Body.of(text));
    }

    private static String given(Exchange exchange, String header) {
        String value = exchange.header(header);
        return value == null ? "" : value.strip();
    }

    /// Switches protocols; nothing was to be refused.
    ///
    /// @param source of the body, closed at the end
    static void start(Exchange exchange, InputStream body, Closeable source, Executor executor) {
        String protocol = protocol(exchange).orElseThrow();
        exchange.addAnswerHeader(
                "Sec-WebSocket-Accept",
                WebSocketHandshake.accept(given(exchange, "Sec-WebSocket-Key")));
        if (!protocol.isEmpty()) {
            exchange.addAnswerHeader("Sec-WebSocket-Protocol", protocol);
        }
        boolean isBase64 = protocol.equals(BASE64_PROTOCOL);
        exchange.upgrade(
                "websocket",
                tunnel -> new BodySocket(tunnel, body, source, isBase64).run(executor));
    }

    /// Returns when both ends are closed.
    private void run(Executor executor) {
        executor.execute(() -> {
            close(listen());
        });
        send();
        close(NORMAL);
    }

    private void send() {
        byte[] piece = new byte[PIECE_BYTES];
        try {
            message(new byte[0]); // tells the client that the stream begins
            for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
                if (count > 0) {
                    message(Arrays.copyOf(piece, count));
                }
            }
        } catch (IOException _) {
            // one side closed: that is how these end
        }
    }

    private void message(byte[] piece) throws IOException {
        if (isBase64) {
            frame(TEXT, Base64.getEncoder().encode(piece));
        } else {
            frame(BINARY, piece);
        }
    }

    /// Reads until the client's end.
    ///
    /// @return the code to close with
    private int listen() {
        try {
            var in = new DataInputStream(new BufferedInputStream(client.input()));
            while (true) {
                int opcode = in.readUnsignedByte() & 0x0f;
                int second = in.readUnsignedByte();
                if ((second & 0x80) == 0) {
                    return PROTOCOL_ERROR; // clients mask what they send
                }
                long length = length(in, second & 0x7f);
                byte[] mask = new byte[4];
                in.readFully(mask);
                if (opcode == CLOSE) {
                    return NORMAL;
                }
                if (opcode != PING) {
                    in.skipNBytes(length);
                } else if (length > CONTROL_BYTES_MAX) {
                    return PROTOCOL_ERROR;
                } else {
                    byte[] payload = new byte[(int) length];
                    in.readFully(payload);
                    for (int i = 0; i < payload.length; i++) {
                        payload[i] ^= mask[i & 3];
                    }
                    frame(PONG, payload);
                }
            }
        } catch (IOException _) {
            return NORMAL; // the client has gone
        }
    }

    private static long length(DataInputStream in, int said) throws IOException {
        return switch (said) {
            case 126 -> in.readUnsignedShort();
            case 127 -> Math.max(0, in.readLong());
            default -> said;
        };
    }

    private synchronized void frame(int opcode, byte[] payload) throws IOException {
        if (isClosing) {
            throw new IOException("closed already");
        }
        write(opcode, payload);
    }

    private void write(int opcode, byte[] payload) throws IOException {
        int extended = payload.length < 126 ? 0 : 2; // two bytes tell of more than a piece has
        byte[] frame = new byte[2 + extended + payload.length];
        frame[0] = (byte) (0x80 | opcode);
        if (extended == 0) {
            frame[1] = (byte) payload.length;
        } else {
            frame[1] = 126;
            frame[2] = (byte) (payload.length >> 8);
            frame[3] = (byte) payload.length;
        }
        System.arraycopy(payload, 0, frame, 2 + extended, payload.length);
        client.output().write(frame);
        client.output().flush();
    }

    private void close(int code) {
        try {
            sayGoodbye(code);
        } catch (IOException _) {
            // nobody is there to hear it
        }
        client.close();
        try {
            source.close();
        } catch (IOException _) {
            // it is gone already
        }
    }

    private synchronized void sayGoodbye(int code) throws IOException {
        if (!isClosing) {
            isClosing = true;
            write(CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
        }
    }
}
