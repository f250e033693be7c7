package io.j8s.controllers.node;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.BitSet;
import java.util.Optional;

/// A cluster range cut into node ranges of one size, and which of them are taken. Ranges are given
/// out in turn, so that one that was freed is not used again at once (upstream: `cidrset`). Safe
/// for use by many threads.
final class CidrRange {

    private static final int NODES_BITS_MAX = 16; // upstream: clusterSubnetMaxDiff

    private final byte[] base;
    private final int nodeMask;
    private final int count;
    private final BitSet taken = new BitSet();
    private final String cidr;
    private int next;

    /// @param cidr e.g. `10.42.0.0/16`
    CidrRange(String cidr, int nodeMask) {
        this.cidr = cidr;
        int slash = cidr.indexOf('/');
        int mask = Integer.parseInt(cidr.substring(slash + 1));
        this.base = address(cidr.substring(0, slash));
        this.nodeMask = nodeMask;
        if (nodeMask < mask || nodeMask - mask > NODES_BITS_MAX) {
            throw new IllegalArgumentException(
                    "cluster range " + cidr + " cannot be cut into ranges of size /" + nodeMask);
        }
        this.count = 1 << (nodeMask - mask);
    }

    String cidr() {
        return cidr;
    }

    int size() {
        return count;
    }

    synchronized int used() {
        return taken.cardinality();
    }

    synchronized Optional<String> take() {
        for (int i = 0; i < count; i++) {
            int index = (next + i) % count;
            if (!taken.get(index)) {
                taken.set(index);
                next = (index + 1) % count;
                return Optional.of(print(index));
            }
        }
        return Optional.empty();
    }

    /// What lies outside of this range is ignored.
    ///
    /// @return whether it was free and lies in it
    synchronized boolean occupy(String cidr) {
        int index = index(cidr);
        boolean isNew = index >= 0 && !taken.get(index);
        if (isNew) {
            taken.set(index);
        }
        return isNew;
    }

    /// @return whether it was taken
    synchronized boolean release(String cidr) {
        int index = index(cidr);
        boolean wasTaken = index >= 0 && taken.get(index);
        if (wasTaken) {
            taken.clear(index);
        }
        return wasTaken;
    }

    private int index(String cidr) {
        int slash = cidr.indexOf('/');
        var bytes = address(slash < 0 ? cidr : cidr.substring(0, slash));
        if (bytes.length != base.length) {
            return -1;
        }
        var offset =
                new BigInteger(1, bytes)
                        .subtract(new BigInteger(1, base))
                        .shiftRight(bytes.length * 8 - nodeMask);
        return offset.signum() < 0 || offset.compareTo(BigInteger.valueOf(count)) >= 0
                ? -1
                : offset.intValue();
    }

    private String print(int index) {
        var value =
                new BigInteger(1, base)
                        .add(BigInteger.valueOf(index).shiftLeft(base.length * 8 - nodeMask));
        var raw = value.toByteArray();
        var bytes = new byte[base.length];
        for (int i = 1; i <= Math.min(raw.length, bytes.length); i++) {
            bytes[bytes.length - i] = raw[raw.length - i];
        }
        return text(bytes) + "/" + nodeMask;
    }

    private static String text(byte[] bytes) {
        try {
            var text = InetAddress.getByAddress(bytes).getHostAddress();
            return bytes.length == 4 ? text : compress(text);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// Go's form of an IPv6 address: the longest run of zeros becomes `::`.
    private static String compress(String full) {
        var best = "";
        for (var run = "0:0"; run.length() <= 15; run += ":0") {
            if ((":" + full + ":").contains(":" + run + ":")) {
                best = run;
            }
        }
        if (best.isEmpty()) {
            return full;
        }
        var text = (":" + full + ":").replaceFirst(":" + best + ":", "::");
        text = text.startsWith("::") ? text : text.substring(1);
        return text.endsWith("::") ? text : text.substring(0, text.length() - 1);
    }

    private static byte[] address(String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException wrong) {
            throw new IllegalArgumentException("not an address: " + text, wrong);
        }
    }
}
