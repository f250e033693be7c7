package io.j8s.apiserver.http;

import io.j8s.apiserver.request.EventStream.Framing;

import java.nio.ByteBuffer;

/// Puts one event between the marks by which a client finds its ends.
enum Framer {
    LINES {
        @Override
        void put(byte[] event, ByteBuffer target) {
            target.put(event).put((byte) '\n');
        }
    },
    LENGTH_PREFIXED {
        @Override
        void put(byte[] event, ByteBuffer target) {
            target.putInt(event.length).put(event);
        }
    },
    RAW {
        @Override
        void put(byte[] event, ByteBuffer target) {
            target.put(event);
        }
    },
    /// Unmasked text frames of RFC 6455, as a server sends them.
    WEB_SOCKET_TEXT {
        @Override
        void put(byte[] event, ByteBuffer target) {
            target.put((byte) 0x81);
            if (event.length < 126) {
                target.put((byte) event.length);
            } else if (event.length < 65_536) {
                target.put((byte) 126).putShort((short) event.length);
            } else {
                target.put((byte) 127).putLong(event.length);
            }
            target.put(event);
        }
    };

    /// Most bytes that a frame has besides its event.
    static final int OVERHEAD_MAX = 10;

    abstract void put(byte[] event, ByteBuffer target);

    static Framer of(Framing framing) {
        return switch (framing) {
            case LINES -> LINES;
            case LENGTH_PREFIXED -> LENGTH_PREFIXED;
            case RAW -> RAW;
        };
    }
}
