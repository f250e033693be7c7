package io.j8s.nodeagent.nftables;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// One step of a rule, as the kernel runs it: it loads a register, compares one, looks one up, or
/// acts. A rule ends at the first step that does not match. Registers are named by their number,
/// each of four bytes; an address of IPv6 takes four.
public final class Expression {

    /// What rules ask of connection tracking.
    public enum Tracked {
        STATE(0),
        STATUS(2);

        private final int key;

        Tracked(int key) {
            this.key = key;
        }
    }

    public static final int NEW = 8; // in Tracked.STATE
    public static final int DESTINATION_CHANGED = 32; // in Tracked.STATUS

    private static final int FIRST_REGISTER = 8; // of those with four bytes
    private static final int NETWORK_HEADER = 1;
    private static final int TRANSPORT_HEADER = 2;
    private static final int META_MARK = 3;
    private static final int META_PROTOCOL = 16;
    private static final int LOCAL_ADDRESS = 2; // RTN_LOCAL
    private static final int FULLY_RANDOM = 16; // NF_NAT_RANGE_PROTO_RANDOM_FULLY
    private static final int UPDATE = 1; // what dynset does

    private final String name;
    private final Consumer<MessageWriter> attributes;

    private Expression(String name, Consumer<MessageWriter> attributes) {
        this.name = name;
        this.attributes = attributes;
    }

    void write(MessageWriter writer) {
        int element = writer.nest(1);
        writer.text(1, name);
        int data = writer.nest(2);
        attributes.accept(writer);
        writer.end(data);
        writer.end(element);
    }

    /// Loads a part of the IP header.
    public static Expression networkHeader(int offset, int length, int to) {
        return payload(NETWORK_HEADER, offset, length, to);
    }

    /// Loads the port that a packet goes to.
    public static Expression destinationPort(int to) {
        return payload(TRANSPORT_HEADER, 2, 2, to);
    }

    private static Expression payload(int base, int offset, int length, int to) {
        return new Expression(
                "payload",
                writer -> {
                    writer.number(1, register(to));
                    writer.number(2, base);
                    writer.number(3, offset);
                    writer.number(4, length);
                });
    }

    /// Loads the transport protocol.
    public static Expression protocol(int to) {
        return meta(META_PROTOCOL, to);
    }

    /// Loads the packet's mark.
    public static Expression mark(int to) {
        return meta(META_MARK, to);
    }

    private static Expression meta(int key, int to) {
        return new Expression(
                "meta",
                writer -> {
                    writer.number(1, register(to));
                    writer.number(2, key);
                });
    }

    /// Gives the packet the mark that a register holds.
    public static Expression setMark(int from) {
        return new Expression(
                "meta",
                writer -> {
                    writer.number(2, META_MARK);
                    writer.number(3, register(from));
                });
    }

    /// Loads what connection tracking knows.
    public static Expression tracked(Tracked what, int to) {
        return new Expression(
                "ct",
                writer -> {
                    writer.number(1, register(to));
                    writer.number(2, what.key);
                });
    }

    /// Goes on when the packet's source or destination is an address of this host.
    public static List<Expression> ofThisHost(boolean isSource) {
        return List.of(
                new Expression(
                        "fib",
                        writer -> {
                            writer.number(1, register(0));
                            writer.number(2, 3); // NFT_FIB_RESULT_ADDRTYPE
                            writer.number(3, isSource ? 1 : 2);
                        }),
                equal(0, Field.number(LOCAL_ADDRESS)));
    }

    /// Loads a constant.
    public static Expression constant(byte[] value, int to) {
        return new Expression(
                "immediate",
                writer -> {
                    writer.number(1, register(to));
                    writer.value(2, value);
                });
    }

    /// Loads a constant that is part of a key. `nft` has no name for one that is given as such.
    public static Expression keyPart(int value, int to) {
        return inTurn(value, 1, to);
    }

    /// Loads one number after the other and the first again, each time a packet comes by.
    public static Expression inTurn(int first, int count, int to) {
        return new Expression(
                "numgen",
                writer -> {
                    writer.number(1, register(to));
                    writer.number(2, count);
                    writer.number(3, 0); // NFT_NG_INCREMENTAL
                    writer.number(4, first);
                });
    }

    public static Expression equal(int register, byte[] value) {
        return compare(register, 0, value);
    }

    public static Expression notEqual(int register, byte[] value) {
        return compare(register, 1, value);
    }

    private static Expression compare(int register, int how, byte[] value) {
        return new Expression(
                "cmp",
                writer -> {
                    writer.number(1, register(register));
                    writer.number(2, how);
                    writer.value(3, value);
                });
    }

    /// Goes on when any of the bits is set.
    public static List<Expression> hasBits(int register, int bits) {
        return List.of(
                masked(register, Field.number(bits), Field.number(0)),
                notEqual(register, Field.number(0)));
    }

    /// Goes on when the address in a register is in the range, or when it is not.
    public static List<Expression> inRange(int register, String cidr, boolean isWanted) {
        int slash = cidr.indexOf('/');
        byte[] address =
                InetAddress.ofLiteral(slash < 0 ? cidr : cidr.substring(0, slash)).getAddress();
        int bits = slash < 0 ? 8 * address.length : Integer.parseInt(cidr.substring(slash + 1));
        var mask = new byte[address.length];
        for (int i = 0; i < address.length; i++) {
            int ones = Math.clamp(bits - 8L * i, 0, 8);
            mask[i] = (byte) (0xff << (8 - ones));
            address[i] &= mask[i];
        }
        return List.of(
                masked(register, mask, new byte[mask.length]),
                isWanted ? equal(register, address) : notEqual(register, address));
    }

    /// Changes a register: and, then exclusive or.
    public static Expression masked(int register, byte[] mask, byte[] flip) {
        return new Expression(
                "bitwise",
                writer -> {
                    writer.number(1, register(register));
                    writer.number(2, register(register));
                    writer.number(3, mask.length);
                    writer.value(4, mask);
                    writer.value(5, flip);
                });
    }

    /// Goes on when the set has what the registers hold.
    public static Expression isIn(NftSet set, int key) {
        return new Expression(
                "lookup",
                writer -> {
                    writer.text(1, set.name());
                    writer.number(2, register(key));
                });
    }

    /// Does what the map's element says; goes on when it has none.
    public static Expression verdictOf(NftSet map, int key) {
        return new Expression(
                "lookup",
                writer -> {
                    writer.text(1, map.name());
                    writer.number(2, register(key));
                    writer.number(3, 0); // the verdict's register
                });
    }

    /// Loads what the map's element says; ends when it has none.
    public static Expression valueOf(NftSet map, int key, int to) {
        return new Expression(
                "lookup",
                writer -> {
                    writer.text(1, map.name());
                    writer.number(2, register(key));
                    writer.number(3, register(to));
                });
    }

    /// Notes a key, or lets what is noted live on; forgotten after `life`. Ends when the set is
    /// full.
    public static Expression remember(NftSet set, int key, Duration life) {
        return new Expression(
                "dynset",
                writer -> {
                    writer.text(1, set.name());
                    writer.number(3, UPDATE);
                    writer.number(4, register(key));
                    writer.longNumber(6, life.toMillis());
                });
    }

    public static Expression verdict(Verdict verdict) {
        return new Expression(
                "immediate",
                writer -> {
                    writer.number(1, 0); // the verdict's register
                    int data = writer.nest(2);
                    verdict.write(writer);
                    writer.end(data);
                });
    }

    /// Sends the connection to the address and port that registers hold.
    ///
    /// @param family the number of the address family
    public static Expression translate(int family, int address, int port) {
        return new Expression(
                "nat",
                writer -> {
                    writer.number(1, 1); // NFT_NAT_DNAT
                    writer.number(2, family);
                    writer.number(3, register(address));
                    writer.number(5, register(port));
                });
    }

    /// Gives the connection this host's address as its source.
    public static Expression masquerade() {
        return new Expression("masq", writer -> writer.number(1, FULLY_RANDOM));
    }

    public static Expression resetConnection() {
        return new Expression("reject", writer -> writer.number(1, 1));
    }

    /// Answers with an ICMP message.
    public static Expression unreachable(int code) {
        return new Expression(
                "reject",
                writer -> {
                    writer.number(1, 0);
                    writer.octet(2, code);
                });
    }

    private static int register(int number) {
        return FIRST_REGISTER + number;
    }
}
