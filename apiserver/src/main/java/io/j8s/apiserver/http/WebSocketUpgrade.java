package io.j8s.apiserver.http;

import io.j8s.apiserver.request.WebSocketHandshake;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;

import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.channels.StreamSourceChannel;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Turns a request into a WebSocket (RFC 6455) that carries a watch. Only control frames are read:
/// a ping is answered, a close is answered and ends the stream; what else a client sends means
/// nothing to a watch, as upstream.
final class WebSocketUpgrade {

    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;
    private static final int FRAME_BYTES_MAX = 64 * 1024;

    private final StreamConnection connection;
    private final UndertowEventStream stream;
    private final ByteBuffer input = ByteBuffer.allocate(FRAME_BYTES_MAX + 14);

    private WebSocketUpgrade(StreamConnection connection, UndertowEventStream stream) {
        this.connection = connection;
        this.stream = stream;
    }

    /// @param protocol the subprotocol agreed on; empty for none
    static void start(HttpServerExchange exchange, String protocol, UndertowEventStream stream) {
        var headers = exchange.getResponseHeaders();
        String key = exchange.getRequestHeaders().getFirst("Sec-WebSocket-Key");
        headers.put(
                new HttpString("Sec-WebSocket-Accept"),
                WebSocketHandshake.accept(key == null ? "" : key.strip()));
        if (!protocol.isEmpty()) {
            headers.put(new HttpString("Sec-WebSocket-Protocol"), protocol);
        }
        headers.put(Headers.UPGRADE, "websocket");
        exchange.upgradeChannel(
                "websocket", (connection, _) -> new WebSocketUpgrade(connection, stream).run());
        exchange.endExchange();
    }

    private void run() {
        connection.setCloseListener(_ -> stream.connectionClosed());
        var source = connection.getSourceChannel();
        source.getReadSetter().set(this::read);
        connection
                .getIoThread()
                .execute(() -> {
                    stream.open(connection.getSinkChannel(), () -> IoUtils.safeClose(connection));
                    source.wakeupReads();
                });
    }

    private void read(StreamSourceChannel source) {
        try {
            while (true) {
                int count = source.read(input);
                if (count < 0) {
                    IoUtils.safeClose(connection);
                    stream.connectionClosed();
                    return;
                }
                if (count == 0) {
                    return;
                }
                input.flip();
                while (frame()) {}
                input.compact();
                if (!input.hasRemaining()) {
                    throw new IOException("frame too large");
                }
            }
        } catch (IOException _) {
            IoUtils.safeClose(connection);
            stream.connectionClosed();
        }
    }

    /// Takes one whole frame off the input, if there is one.
    private boolean frame() throws IOException {
        int start = input.position();
        if (input.remaining() < 2) {
            return false;
        }
        int opcode = input.get() & 0x0f;
        int second = input.get() & 0xff;
        int extended = (second & 0x7f) < 126 ? 0 : (second & 0x7f) == 126 ? 2 : 8;
        int mask = (second & 0x80) != 0 ? 4 : 0;
        if (input.remaining() < extended + mask) {
            input.position(start);
            return false;
        }
        long length =
                switch (extended) {
                    case 0 -> second & 0x7f;
                    case 2 -> input.getShort() & 0xffff;
                    default -> input.getLong();
                };
        if (length < 0 || length > FRAME_BYTES_MAX) {
            throw new IOException("frame too large");
        }
        byte[] key = new byte[mask];
        input.get(key);
        if (input.remaining() < length) {
            input.position(start);
            return false;
        }
        byte[] payload = new byte[(int) length];
        input.get(payload);
        for (int i = 0; mask > 0 && i < payload.length; i++) {
            payload[i] ^= key[i & 3];
        }
        if (opcode == PING) {
            control(PONG, payload);
        } else if (opcode == CLOSE) {
            control(CLOSE, payload);
            stream.end();
        }
        return true;
    }

    private void control(int opcode, byte[] payload) {
        int length = Math.min(payload.length, 125); // control frames are never longer
        stream.room(2 + length)
                .put((byte) (0x80 | opcode))
                .put((byte) length)
                .put(payload, 0, length);
        stream.flush();
    }
}
