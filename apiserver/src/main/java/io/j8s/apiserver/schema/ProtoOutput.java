package io.j8s.apiserver.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/// Protobuf written from its end to its start, as Go's generated code does: the length of a nested
/// message is known when its head is written, so nothing is measured first. One per encoding and
/// thread.
final class ProtoOutput {

    private static final int LONG_TEXT = 24;

    private byte[] buffer;

    /// Where the written bytes start; they reach to the end of the buffer.
    private int start;

    ProtoOutput(int capacity) {
        buffer = new byte[capacity];
        start = capacity;
    }

    /// A mark to take the length of what is written after it.
    int mark() {
        return buffer.length - start;
    }

    private void ensure(int more) {
        if (start < more) {
            int used = buffer.length - start;
            byte[] larger = new byte[Math.max(buffer.length * 2, used + more + 64)];
            System.arraycopy(buffer, start, larger, larger.length - used, used);
            start = larger.length - used;
            buffer = larger;
        }
    }

    void tag(int number, int wire) {
        varint(((long) number << 3) | wire);
    }

    void varint(long value) {
        ensure(10);
        int size = (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
        int at = start - size;
        long rest = value;
        for (int i = at; i < start - 1; i++) {
            buffer[i] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[start - 1] = (byte) rest;
        start = at;
    }

    void fixed64(long value) {
        ensure(8);
        start -= 8;
        for (int i = 0; i < 8; i++) {
            buffer[start + i] = (byte) (value >>> (8 * i));
        }
    }

    void bytes(byte[] data) {
        ensure(data.length);
        start -= data.length;
        System.arraycopy(data, 0, buffer, start, data.length);
    }

    void text(String value) {
        int size = value.length();
        if (size >= LONG_TEXT) { // the JDK copies long ASCII text at once
            bytes(value.getBytes(UTF_8));
            return;
        }
        ensure(size);
        int at = start - size;
        for (int i = 0; i < size; i++) {
            char c = value.charAt(i);
            if (c >= 128) {
                bytes(value.getBytes(UTF_8));
                return;
            }
            buffer[at + i] = (byte) c;
        }
        start = at;
    }

    /// A length-delimited string field.
    void string(int number, String value) {
        int mark = mark();
        text(value);
        close(number, mark);
    }

    void chunk(int number, byte[] data) {
        bytes(data);
        varint(data.length);
        tag(number, 2);
    }

    /// Writes length and tag of what was written since a mark.
    void close(int number, int mark) {
        varint(mark() - mark);
        tag(number, 2);
    }

    byte[] toBytes() {
        return Arrays.copyOfRange(buffer, start, buffer.length);
    }
}
