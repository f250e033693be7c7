package io.j8s.apiserver.schema;

import java.util.Arrays;

/// A growing byte array that codecs write to. One per encoding and thread.
class Output {

    byte[] buffer;
    int length;

    Output(int capacity) {
        buffer = new byte[capacity];
    }

    final void ensure(int more) {
        if (buffer.length - length < more) {
            grow(more);
        }
    }

    private void grow(int more) {
        long wanted = Math.max((long) length + more, buffer.length * 2L);
        if ((long) length + more > Integer.MAX_VALUE - 16) {
            throw new IllegalStateException("output of " + wanted + " bytes");
        }
        buffer = Arrays.copyOf(buffer, (int) Math.min(wanted, Integer.MAX_VALUE - 16));
    }

    final void write(int b) {
        ensure(1);
        buffer[length++] = (byte) b;
    }

    final void write(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    final void write(byte[] bytes, int from, int to) {
        ensure(to - from);
        System.arraycopy(bytes, from, buffer, length, to - from);
        length += to - from;
    }

    final void ascii(String text) {
        int size = text.length();
        ensure(size);
        byte[] b = buffer;
        int at = length;
        for (int i = 0; i < size; i++) {
            b[at++] = (byte) text.charAt(i);
        }
        length = at;
    }

    final void decimal(long value) {
        if (value == Long.MIN_VALUE) {
            ascii("-9223372036854775808");
            return;
        }
        ensure(20);
        long rest = value;
        if (rest < 0) {
            buffer[length++] = '-';
            rest = -rest;
        }
        int digits = 1;
        for (long power = 10; digits < 19 && rest >= power; power *= 10) {
            digits++;
        }
        for (int i = length + digits - 1; i >= length; i--) {
            buffer[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
    }

    final byte[] bytes() {
        return buffer.length == length ? buffer : Arrays.copyOf(buffer, length);
    }
}
