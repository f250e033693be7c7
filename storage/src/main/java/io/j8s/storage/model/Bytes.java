package io.j8s.storage.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// An immutable byte string: a key or a value. Ordered as etcd orders keys, by unsigned bytes. The
/// array given to [#wrap] must not be changed afterwards; [#array] must only be read.
public final class Bytes implements Comparable<Bytes> {

    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] array;

    private Bytes(byte[] array) {
        this.array = array;
    }

    /// Takes over `array` without a copy.
    public static Bytes wrap(byte[] array) {
        return new Bytes(array);
    }

    public static Bytes of(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The array itself, not a copy.
    public byte[] array() {
        return array;
    }

    public int length() {
        return array.length;
    }

    public boolean startsWith(Bytes prefix) {
        return array.length >= prefix.array.length
                && Arrays.mismatch(
                                array, 0, prefix.array.length, prefix.array, 0, prefix.array.length)
                        < 0;
    }

    /// The first key behind all keys that begin with this one; [#EMPTY] (no upper bound) when there
    /// is none, as in etcd's `clientv3.GetPrefixRangeEnd`.
    public Bytes prefixEnd() {
        for (int i = array.length - 1; i >= 0; i--) {
            if (array[i] != (byte) 0xff) {
                byte[] end = Arrays.copyOf(array, i + 1);
                end[i]++;
                return new Bytes(end);
            }
        }
        return EMPTY;
    }

    /// The smallest key greater than this one.
    public Bytes successor() {
        return new Bytes(Arrays.copyOf(array, array.length + 1));
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(array, other.array);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    /// The bytes as UTF-8 text, for logs and messages.
    @Override
    public String toString() {
        return new String(array, StandardCharsets.UTF_8);
    }
}
