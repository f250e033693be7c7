package io.j8s.storage.rocks;

import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.WatchEvent;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// How keys and records lie in the four column families. Pure.
///
///     log       revision(8) position(4)                  → deletion(1) create(8) version(8) lease(8) length(4) key value
///     current   key                                      → pointer
///     versions  key, escaped and ended, ~revision(8)     → pointer
///     meta      name                                     → depends on the name
///
/// A pointer is `modRevision(8) position(4) create(8) version(8) lease(8)`; version 0 is a
/// deletion. Values lie in the log only. `versions` sorts the newest state of a key first: bytes 0
/// of a key are written as `00 ff` and its end as `00 01`, so `a` sorts before `a\0` and `aa`.
final class Layout {

    static final int LOG_KEY_BYTES = 12;
    private static final int LOG_HEADER_BYTES = 29;
    private static final int POINTER_BYTES = 36;
    private static final int SUFFIX_BYTES = 10;

    private Layout() {}

    /// Where a state's value lies, and all else of it.
    record Pointer(long modRevision, int position, long createRevision, long version, long lease) {

        boolean isDeletion() {
            return version == 0;
        }

        KeyValue with(Bytes key, Bytes value) {
            return new KeyValue(key, value, createRevision, modRevision, version, lease);
        }
    }

    static byte[] logKey(long revision, int position) {
        return ByteBuffer.allocate(LOG_KEY_BYTES).putLong(revision).putInt(position).array();
    }

    static long logRevision(byte[] logKey) {
        return ByteBuffer.wrap(logKey).getLong();
    }

    static int logPosition(byte[] logKey) {
        return ByteBuffer.wrap(logKey).getInt(8);
    }

    static byte[] logValue(WatchEvent.Type type, KeyValue record) {
        return ByteBuffer.allocate(
                        LOG_HEADER_BYTES + record.key().length() + record.value().length())
                .put((byte) (type == WatchEvent.Type.DELETE ? 1 : 0))
                .putLong(record.createRevision())
                .putLong(record.version())
                .putLong(record.lease())
                .putInt(record.key().length())
                .put(record.key().array())
                .put(record.value().array())
                .array();
    }

    static boolean isDeletion(byte[] logValue) {
        return logValue[0] == 1;
    }

    static Bytes keyOf(byte[] logValue) {
        int length = ByteBuffer.wrap(logValue).getInt(25);
        return slice(logValue, LOG_HEADER_BYTES, length);
    }

    static KeyValue record(byte[] logValue, long revision) {
        ByteBuffer in = ByteBuffer.wrap(logValue);
        int keyLength = in.getInt(25);
        int valueAt = LOG_HEADER_BYTES + keyLength;
        return new KeyValue(
                slice(logValue, LOG_HEADER_BYTES, keyLength),
                slice(logValue, valueAt, logValue.length - valueAt),
                in.getLong(1),
                revision,
                in.getLong(9),
                in.getLong(17));
    }

    static byte[] pointer(KeyValue record, int position) {
        return ByteBuffer.allocate(POINTER_BYTES)
                .putLong(record.modRevision())
                .putInt(position)
                .putLong(record.createRevision())
                .putLong(record.version())
                .putLong(record.lease())
                .array();
    }

    static Pointer pointer(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new Pointer(in.getLong(), in.getInt(), in.getLong(), in.getLong(), in.getLong());
    }

    /// All states of keys at or behind `key` sort at or behind this.
    static byte[] versionsBound(Bytes key) {
        return escape(key, 0).array();
    }

    /// The newest state of `key` at or before `revision` is the first entry at or behind this.
    static byte[] versionsKey(Bytes key, long revision) {
        return escape(key, SUFFIX_BYTES).put((byte) 0).put((byte) 1).putLong(~revision).array();
    }

    /// All states of `key` sort before this, those of the next key behind it.
    static byte[] versionsEnd(Bytes key) {
        return escape(key, 2).put((byte) 0).put((byte) 2).array();
    }

    static Bytes versionsKeyOf(byte[] versionsKey) {
        int end = versionsKey.length - SUFFIX_BYTES;
        int zeros = 0;
        for (int i = 0; i < end; i++) {
            if (versionsKey[i] == 0) {
                zeros++;
                i++;
            }
        }
        byte[] key = new byte[end - zeros];
        for (int from = 0, to = 0; from < end; from++, to++) {
            key[to] = versionsKey[from];
            if (versionsKey[from] == 0) {
                from++;
            }
        }
        return Bytes.wrap(key);
    }

    static byte[] number(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    static long number(byte @Nullable [] bytes) {
        return bytes == null ? 0 : ByteBuffer.wrap(bytes).getLong();
    }

    private static ByteBuffer escape(Bytes key, int room) {
        byte[] raw = key.array();
        int zeros = 0;
        for (byte b : raw) {
            if (b == 0) {
                zeros++;
            }
        }
        ByteBuffer out = ByteBuffer.allocate(raw.length + zeros + room);
        if (zeros == 0) {
            return out.put(raw);
        }
        for (byte b : raw) {
            out.put(b);
            if (b == 0) {
                out.put((byte) 0xff);
            }
        }
        return out;
    }

    private static Bytes slice(byte[] from, int offset, int length) {
        return length == 0
                ? Bytes.EMPTY
                : Bytes.wrap(java.util.Arrays.copyOfRange(from, offset, offset + length));
    }
}
