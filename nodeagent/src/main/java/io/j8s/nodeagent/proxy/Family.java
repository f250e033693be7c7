package io.j8s.nodeagent.proxy;

import io.j8s.nodeagent.nftables.Expression;
import io.j8s.nodeagent.nftables.Field;

import java.util.List;

/// One IP family, as nftables, EndpointSlices and addresses call it. Each has a table of its own.
enum Family {
    IPV4(2, Field.IPV4, 12, "IPv4", "127.0.0.0/8", "ipv4"),
    IPV6(10, Field.IPV6, 8, "IPv6", "::1", "ipv6");

    private final int number;
    private final Field address;
    private final int sourceOffset;
    private final String sliceType;
    private final String loopback;
    private final String conntrack;

    Family(
            int number,
            Field address,
            int sourceOffset,
            String sliceType,
            String loopback,
            String conntrack) {
        this.number = number;
        this.address = address;
        this.sourceOffset = sourceOffset;
        this.sliceType = sliceType;
        this.loopback = loopback;
        this.conntrack = conntrack;
    }

    static Family of(String addressOrRange) {
        return addressOrRange.indexOf(':') < 0 ? IPV4 : IPV6;
    }

    /// The kernel's number.
    int number() {
        return number;
    }

    /// An address in keys of maps.
    Field address() {
        return address;
    }

    /// Registers that an address takes.
    int words() {
        return address.words();
    }

    /// Loads a packet's source address.
    Expression source(int register) {
        return Expression.networkHeader(sourceOffset, 4 * words(), register);
    }

    /// Loads a packet's destination address.
    Expression destination(int register) {
        return Expression.networkHeader(sourceOffset + 4 * words(), 4 * words(), register);
    }

    /// Goes on when the address in a register is not one of loopback.
    List<Expression> notLoopback(int register) {
        return Expression.inRange(register, loopback, false);
    }

    /// The ICMP code for a port that nobody listens on.
    int portUnreachable() {
        return this == IPV4 ? 3 : 4;
    }

    /// An EndpointSlice's `addressType`.
    String sliceType() {
        return sliceType;
    }

    /// The value of conntrack's `-f`.
    String conntrack() {
        return conntrack;
    }
}
