package io.j8s.nodeagent.server;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// The server's half of a WebSocket (RFC 6455). Any thread may send; one thread receives.
final class WebSocket {

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int MESSAGE_BYTES_MAX = 4 * 1024 * 1024;
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private final HttpExchange.Connection connection;
    private final DataInputStream in;
    private final OutputStream out;
    private boolean isClosing; // guarded by this

    WebSocket(HttpExchange.Connection connection) {
        this.connection = connection;
        this.in = new DataInputStream(connection.in());
        this.out = connection.out();
    }

    /// The answer to the client's key.
    static String accept(String key) {
        try {
            var digest = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder()
                    .encodeToString(
                            digest.digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    /// The next message, text or binary; null at the end. Pings are answered here.
    byte @Nullable [] receive() throws IOException {
        var message = new ByteArrayOutputStream();
        while (true) {
            int first;
            try {
                first = in.readUnsignedByte();
            } catch (EOFException e) {
                return null;
            }
            boolean isLast = (first & 0x80) != 0;
            int opcode = first & 0x0f;
            byte[] payload = payload();
            switch (opcode) {
                case CONTINUATION, TEXT, BINARY -> {
                    message.writeBytes(payload);
                    if (message.size() > MESSAGE_BYTES_MAX) {
                        throw new IOException("message is too large");
                    }
                    if (isLast) {
                        return message.toByteArray();
                    }
                }
                case PING -> frame(PONG, payload, payload.length);
                case CLOSE -> {
                    close(1000);
                    return null;
                }
                default -> {} // a pong
            }
        }
    }

    private byte[] payload() throws IOException {
        int second = in.readUnsignedByte();
        long length = second & 0x7f;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        if (length < 0 || length > MESSAGE_BYTES_MAX) {
            throw new IOException("frame is too large");
        }
        boolean isMasked = (second & 0x80) != 0;
        byte[] mask = isMasked ? in.readNBytes(4) : new byte[4];
        byte[] bytes = in.readNBytes((int) length);
        if (bytes.length < length || mask.length < 4) {
            throw new EOFException();
        }
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= mask[i & 3];
        }
        return bytes;
    }

    void sendBinary(byte[] message) throws IOException {
        frame(BINARY, message, message.length);
    }

    void sendText(byte[] message) throws IOException {
        frame(TEXT, message, message.length);
    }

    /// Ends the conversation; idempotent.
    synchronized void close(int code) throws IOException {
        if (!isClosing) {
            frame(CLOSE, new byte[] {(byte) (code >> 8), (byte) code}, 2);
            isClosing = true;
        }
    }

    void closeConnection() throws IOException {
        connection.close();
    }

    private synchronized void frame(int opcode, byte[] payload, int length) throws IOException {
        if (isClosing) {
            return;
        }
        out.write(0x80 | opcode);
        if (length < 126) {
            out.write(length);
        } else if (length < 65536) {
            out.write(126);
            out.write(length >> 8);
            out.write(length);
        } else {
            out.write(127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                out.write((int) ((long) length >> shift));
            }
        }
        out.write(payload, 0, length);
        out.flush();
    }
}
