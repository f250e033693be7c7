package io.j8s.apiserver.schema;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/// Walks over protobuf bytes with the checks and messages of Go's generated code. One per message
/// and thread; anything wrong is a [DecodeException].
final class ProtoInput {

    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int CHUNK = 2;

    final byte[] data;
    int at;

    ProtoInput(byte[] data, int from) {
        this.data = data;
        this.at = from;
    }

    static DecodeException failure(String message) {
        return new DecodeException(message, true);
    }

    long varint(int to) {
        if (at < to && data[at] >= 0) {
            return data[at++];
        }
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            if (shift >= 64) {
                throw failure("proto: integer overflow");
            }
            if (at >= to) {
                throw failure("unexpected EOF");
            }
            byte b = data[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    long fixed64(int to) {
        if (to - at < 8) {
            throw failure("unexpected EOF");
        }
        long value = 0;
        for (int i = 7; i >= 0; i--) {
            value = (value << 8) | (data[at + i] & 0xff);
        }
        at += 8;
        return value;
    }

    /// Reads the tag of a field of a message of some type.
    ///
    /// @return number and wire type: `number << 3 | wire`
    int tag(int to, TypeSchema type) {
        if (at < to && data[at] > 7 && (data[at] & 7) != 4) {
            return data[at++]; // one byte, which nearly all are
        }
        return tag(to, type.goName());
    }

    /// Reads a tag of the envelope.
    int tag(int to) {
        return tag(to, "Unknown");
    }

    private int tag(int to, String type) {
        long tag = varint(to);
        int wire = (int) tag & 7;
        int number = (int) (tag >>> 3);
        if (wire == 4) {
            throw failure("proto: " + type + ": wiretype end group for non-group");
        }
        if (number <= 0 || number > 0x1fffffff) {
            throw failure(
                    "proto: " + type + ": illegal tag " + number + " (wire type " + tag + ")");
        }
        return (number << 3) | wire;
    }

    /// Reads a length and gives the end of what it counts.
    int chunk(int to) {
        long length = varint(to);
        if (length < 0 || length > Integer.MAX_VALUE) {
            throw failure("proto: negative length found during unmarshaling");
        }
        if (length > to - at) {
            throw failure("unexpected EOF");
        }
        return at + (int) length;
    }

    static void expect(int wire, int wanted, String field) {
        if (wire != wanted) {
            throw failure("proto: wrong wireType = " + wire + " for field " + field);
        }
    }

    /// Passes by the value of an unknown field.
    void skip(int wire, int to) {
        int depth = 0;
        int next = wire;
        while (true) {
            switch (next) {
                case VARINT -> varint(to);
                case FIXED64 -> fixed64(to);
                case CHUNK -> at = chunk(to);
                case 3 -> depth++;
                case 4 -> {
                    if (depth == 0) {
                        throw failure("proto: unexpected end of group");
                    }
                    depth--;
                }
                case 5 -> {
                    if (to - at < 4) {
                        throw failure("unexpected EOF");
                    }
                    at += 4;
                }
                default -> throw failure("proto: illegal wireType " + next);
            }
            if (depth == 0) {
                return;
            }
            next = (int) varint(to) & 7;
        }
    }

    /// The text from here to an end, and moves there.
    String text(int end) {
        int from = at;
        at = end;
        for (int i = from; i < end; i++) {
            if (data[i] < 0) {
                return utf8(from, end);
            }
        }
        return new String(data, from, end - from, ISO_8859_1);
    }

    private String utf8(int from, int end) {
        var out = new StringBuilder(end - from);
        int i = from;
        while (i < end) {
            if (data[i] >= 0) {
                out.append((char) data[i++]);
            } else {
                i = JsonStrings.multibyte(data, i, end, out);
            }
        }
        return out.toString();
    }
}
