package io.j8s.nodeagent.nftables;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// One part of an element's key or value: how `nft` calls the type, how it is written as text and
/// how as bytes. In keys and in registers each takes whole words of four bytes.
public enum Field {
    IPV4(7, 4),
    IPV6(8, 16),
    PROTOCOL(12, 1),
    PORT(13, 2),
    /// A number in the machine's byte order, which `nft` shows as a mark.
    NUMBER(19, 4),
    /// What [Expression#inTurn] loads. A set of such keys needs a type hint, or `nft` does not take
    /// back what it lists.
    TURN(4, 4);

    private static final String BETWEEN = " . ";
    private static final int TYPE_BITS = 6; // of one type in the number of a joined type

    private final int type;
    private final int bytes;

    Field(int type, int bytes) {
        this.type = type;
        this.bytes = bytes;
    }

    /// Registers that a value takes.
    public int words() {
        return (bytes + 3) / 4;
    }

    static int words(List<Field> fields) {
        return fields.stream().mapToInt(Field::words).sum();
    }

    /// Bytes of fields side by side; a field that stands alone is not filled up.
    static int bytes(List<Field> fields) {
        return fields.size() == 1 ? fields.getFirst().bytes : 4 * words(fields);
    }

    /// The number of the joined type, by which `nft` knows how to show values.
    static int type(List<Field> fields) {
        int number = 0;
        for (var field : fields) {
            number = number << TYPE_BITS | field.type;
        }
        return number;
    }

    /// The text form of values, as `nft` writes them.
    public static String text(Object... values) {
        var text = new StringBuilder();
        for (var value : values) {
            text.append(text.isEmpty() ? "" : BETWEEN).append(value);
        }
        return text.toString();
    }

    /// From text to what the kernel compares.
    static byte[] encode(List<Field> fields, String text) {
        var bytes = new byte[bytes(fields)];
        int to = 0;
        int from = 0;
        for (int i = 0; i < fields.size(); i++) {
            boolean isLast = i == fields.size() - 1;
            int end = isLast ? text.length() : text.indexOf(BETWEEN, from);
            if (end < from) {
                throw new IllegalStateException("expected " + fields + ", got " + text);
            }
            var value = fields.get(i).encode(text.substring(from, end));
            System.arraycopy(value, 0, bytes, to, value.length);
            to += 4 * fields.get(i).words();
            from = end + BETWEEN.length();
        }
        return bytes;
    }

    /// One value as bytes, without filling.
    public byte[] encode(String text) {
        return switch (this) {
            case IPV4, IPV6 -> address(text);
            case PROTOCOL -> new byte[] {(byte) protocol(text)};
            case PORT -> ByteBuffer.allocate(2).putShort((short) Integer.parseInt(text)).array();
            case NUMBER, TURN -> number(Integer.parseInt(text));
        };
    }

    /// A number that is no text: as registers hold it.
    public static byte[] number(int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
    }

    private byte[] address(String text) {
        byte[] address = InetAddress.ofLiteral(text).getAddress();
        if (address.length == bytes) {
            return address;
        }
        if (this == IPV6) {
            // Java makes the short form of an IPv4-mapped address
            return ByteBuffer.allocate(16).putShort(10, (short) -1).put(12, address).array();
        }
        throw new IllegalStateException("not of this family: " + text);
    }

    private static int protocol(String text) {
        return switch (text) {
            case "tcp" -> 6;
            case "udp" -> 17;
            case "sctp" -> 132;
            default -> throw new IllegalStateException("unknown protocol " + text);
        };
    }
}
