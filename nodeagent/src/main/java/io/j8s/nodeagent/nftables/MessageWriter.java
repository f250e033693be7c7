package io.j8s.nodeagent.nftables;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Writes netlink messages, one behind the other. Lengths are in the machine's byte order, numbers
/// that nftables reads in the network's.
final class MessageWriter {

    private static final int NESTED = 0x8000;
    private static final int HEADER = 16;

    private ByteBuffer bytes = ByteBuffer.allocate(8192).order(ByteOrder.nativeOrder());

    /// @param resource for the frame of a batch: which part of netfilter it is for
    /// @return where it begins, for [#endMessage]
    int message(int type, int flags, int sequence, int family, int resource) {
        int start = bytes.position();
        room(HEADER + 4);
        bytes.putInt(0).putShort((short) type).putShort((short) flags);
        bytes.putInt(sequence).putInt(0);
        bytes.put((byte) family).put((byte) 0);
        bytes.put((byte) (resource >> 8)).put((byte) resource);
        return start;
    }

    void endMessage(int start) {
        bytes.putInt(start, bytes.position() - start);
    }

    void addFlags(int message, int flags) {
        bytes.putShort(message + 6, (short) (bytes.getShort(message + 6) | flags));
    }

    int length() {
        return bytes.position();
    }

    /// Everything written so far.
    ByteBuffer written() {
        return bytes.duplicate().order(ByteOrder.nativeOrder()).flip();
    }

    /// @return where it begins, for [#end]
    int nest(int type) {
        int start = bytes.position();
        room(4);
        bytes.putShort((short) 0).putShort((short) (type | NESTED));
        return start;
    }

    void end(int nest) {
        int length = bytes.position() - nest;
        if (length > 0xffff) {
            throw new IllegalStateException("too long for one attribute: " + length);
        }
        bytes.putShort(nest, (short) length);
    }

    void number(int type, int value) {
        head(type, 4);
        bytes.order(ByteOrder.BIG_ENDIAN).putInt(value).order(ByteOrder.nativeOrder());
    }

    void longNumber(int type, long value) {
        head(type, 8);
        bytes.order(ByteOrder.BIG_ENDIAN).putLong(value).order(ByteOrder.nativeOrder());
    }

    void octet(int type, int value) {
        bytes(type, new byte[] {(byte) value});
    }

    void text(int type, String value) {
        bytes(type, (value + "\0").getBytes(StandardCharsets.US_ASCII));
    }

    void bytes(int type, byte[] value) {
        head(type, value.length);
        bytes.put(value);
        while (bytes.position() % 4 != 0) {
            bytes.put((byte) 0);
        }
    }

    /// A constant as expressions and elements carry it.
    void value(int type, byte[] value) {
        int data = nest(type);
        bytes(1, value); // NFTA_DATA_VALUE
        end(data);
    }

    private void head(int type, int length) {
        room(4 + length + 3);
        bytes.putShort((short) (4 + length)).putShort((short) type);
    }

    private void room(int more) {
        if (bytes.remaining() < more) {
            var larger =
                    ByteBuffer.allocate(Math.max(bytes.capacity() * 2, bytes.position() + more))
                            .order(ByteOrder.nativeOrder());
            bytes = larger.put(bytes.flip());
        }
    }
}
