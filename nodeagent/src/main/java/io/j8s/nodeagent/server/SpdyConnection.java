package io.j8s.nodeagent.server;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.Deflater;

/// The client's half of SPDY/3.1, as far as the runtime's streaming server needs it: opens streams,
/// sends and receives their data. Header blocks that come back are skipped, so nothing has to be
/// inflated; what is sent is a plain zlib stream, which servers take as well as one with SPDY's
/// dictionary. Flow control is not used by these servers.
///
/// Any thread may send; one thread runs [#read].
final class SpdyConnection {

    private static final int SYN_STREAM = 1;
    private static final int RST_STREAM = 3;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int VERSION = 3;
    private static final int FIN = 1;
    private static final int FRAME_BYTES_MAX = 16 * 1024 * 1024 - 1;

    /// What arrives on one stream; called by the reading thread.
    interface Receiver {
        void data(byte[] bytes) throws IOException;

        void end() throws IOException;
    }

    private final DataInputStream in;
    private final DataOutputStream out;
    private final Deflater deflater = new Deflater();
    private final Map<Integer, Receiver> receivers = new ConcurrentHashMap<>();
    private int nextId = 1;

    SpdyConnection(RuntimeStream stream) {
        this.in = new DataInputStream(stream.in());
        this.out = new DataOutputStream(stream.out());
    }

    synchronized int open(Map<String, String> headers, Receiver receiver) throws IOException {
        int id = nextId;
        nextId += 2;
        receivers.put(id, receiver);
        byte[] block = compressed(headers);
        control(SYN_STREAM, 10 + block.length);
        out.writeInt(id);
        out.writeInt(0); // no associated stream
        out.writeShort(0); // priority
        out.write(block);
        out.flush();
        return id;
    }

    synchronized void send(int id, byte[] bytes, int offset, int length) throws IOException {
        out.writeInt(id);
        out.writeInt(length);
        out.write(bytes, offset, length);
        out.flush();
    }

    /// Nothing more will be sent on this stream.
    synchronized void finish(int id) throws IOException {
        out.writeInt(id);
        out.writeInt(FIN << 24);
        out.flush();
    }

    /// Delivers what arrives until the connection or all streams have ended.
    void read() throws IOException {
        while (!receivers.isEmpty()) {
            int first;
            try {
                first = in.readInt();
            } catch (IOException e) {
                endAll();
                return;
            }
            int second = in.readInt();
            int flags = second >>> 24;
            int length = second & FRAME_BYTES_MAX;
            if (first < 0) {
                control(first & 0xffff, flags, in.readNBytes(length));
            } else {
                data(first, flags, in.readNBytes(length));
            }
        }
    }

    private void data(int id, int flags, byte[] bytes) throws IOException {
        var receiver = receivers.get(id);
        if (receiver == null) {
            return;
        }
        if (bytes.length > 0) {
            receiver.data(bytes);
        }
        if ((flags & FIN) != 0) {
            receivers.remove(id);
            receiver.end();
        }
    }

    private void control(int type, int flags, byte[] body) throws IOException {
        int id = body.length >= 4 ? intAt(body) & 0x7fffffff : 0;
        switch (type) {
            case PING -> answerPing(body);
            case RST_STREAM -> end(id);
            case GOAWAY -> {} // the streams that are open run to their end
            default -> {
                if ((flags & FIN) != 0) {
                    end(id);
                }
            }
        }
    }

    private void end(int id) throws IOException {
        var receiver = receivers.remove(id);
        if (receiver != null) {
            receiver.end();
        }
    }

    private void endAll() throws IOException {
        for (var id : java.util.List.copyOf(receivers.keySet())) {
            end(id);
        }
    }

    private synchronized void answerPing(byte[] body) throws IOException {
        control(PING, body.length);
        out.write(body);
        out.flush();
    }

    private void control(int type, int length) throws IOException {
        out.writeShort(0x8000 | VERSION);
        out.writeShort(type);
        out.writeInt(length); // no flags
    }

    /// Names and values with their lengths, in the one zlib stream of this connection.
    private byte[] compressed(Map<String, String> headers) throws IOException {
        var plain = new ByteArrayOutputStream();
        var writer = new DataOutputStream(plain);
        writer.writeInt(headers.size());
        for (var header : headers.entrySet()) {
            for (var text : new String[] {header.getKey(), header.getValue()}) {
                byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
                writer.writeInt(bytes.length);
                writer.write(bytes);
            }
        }
        deflater.setInput(plain.toByteArray());
        var block = new ByteArrayOutputStream();
        var buffer = new byte[1024];
        for (int n = deflate(buffer); n > 0; n = deflate(buffer)) {
            block.write(buffer, 0, n);
        }
        return block.toByteArray();
    }

    private int deflate(byte[] buffer) {
        return deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
    }

    private static int intAt(byte[] bytes) {
        return (bytes[0] & 0xff) << 24
                | (bytes[1] & 0xff) << 16
                | (bytes[2] & 0xff) << 8
                | (bytes[3] & 0xff);
    }
}
