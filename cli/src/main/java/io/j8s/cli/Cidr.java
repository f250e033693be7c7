package io.j8s.cli;

import io.j8s.machinery.names.IpRules;

import java.math.BigInteger;
import java.net.InetAddress;

/// A range of addresses, IPv4 or IPv6.
///
/// @param first the network's own address
record Cidr(InetAddress first, int prefixLength) {

    // upstream: --node-cidr-mask-size-ipv4 and -ipv6
    private static final int NODE_BITS_V4 = 24;
    private static final int NODE_BITS_V6 = 64;

    static final int NODES_BITS_MAX = 16; // upstream: clusterSubnetMaxDiff

    /// @throws IllegalArgumentException when `text` is no range or has bits after its prefix
    static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("no prefix length: " + text);
        }
        var first = InetAddress.ofLiteral(text.substring(0, slash));
        int prefixLength = Integer.parseInt(text.substring(slash + 1));
        int bits = first.getAddress().length * 8;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException("prefix length out of range: " + text);
        }
        var hostBits = BigInteger.ONE.shiftLeft(bits - prefixLength).subtract(BigInteger.ONE);
        if (new BigInteger(1, first.getAddress()).and(hostBits).signum() != 0) {
            throw new IllegalArgumentException("bits after the prefix: " + text);
        }
        return new Cidr(first, prefixLength);
    }

    boolean isIpv6() {
        return first.getAddress().length > 4;
    }

    boolean contains(InetAddress address) {
        byte[] ours = first.getAddress();
        byte[] other = address.getAddress();
        if (ours.length != other.length) {
            return false;
        }
        int hostBits = ours.length * 8 - prefixLength;
        return new BigInteger(1, ours)
                .shiftRight(hostBits)
                .equals(new BigInteger(1, other).shiftRight(hostBits));
    }

    boolean overlaps(Cidr other) {
        return contains(other.first) || other.contains(first);
    }

    /// The prefix length of the range that a node gets of this cluster range.
    int nodeBits() {
        return isIpv6() ? NODE_BITS_V6 : NODE_BITS_V4;
    }

    /// Whether nodes can get theirs of it.
    boolean hasNodes() {
        return prefixLength <= nodeBits() && nodeBits() - prefixLength <= NODES_BITS_MAX;
    }

    /// The first range that a node gets of this cluster range.
    String firstOfNode() {
        return IpRules.print(first.getAddress()) + "/" + nodeBits();
    }

    @Override
    public String toString() {
        return IpRules.print(first.getAddress()) + "/" + prefixLength;
    }

    /// The address `offset` after the network's own.
    String address(long offset) {
        int length = first.getAddress().length;
        var sum =
                new BigInteger(1, first.getAddress()).add(BigInteger.valueOf(offset)).toByteArray();
        var bytes = new byte[length];
        int copied = Math.min(length, sum.length);
        System.arraycopy(sum, sum.length - copied, bytes, length - copied, copied);
        return IpRules.print(bytes);
    }
}
