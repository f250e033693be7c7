package io.j8s.apiserver.allocation;

import io.j8s.machinery.names.IpRules;

import java.math.BigInteger;
import java.util.Arrays;

/// A CIDR that cluster IPs are taken from (upstream: `ipallocator.NewIPAllocator`). Pure.
final class IpRange {

    private static final int LOWER_MIN = 16; // upstream: calculateRangeOffset
    private static final int LOWER_MAX = 256;
    private static final int LOWER_STEP = 16;
    private static final int SIZE_BITS_MAX = 63; // upstream: IPv6 ranges count as at most 2^63

    private final String text;
    private final boolean isIpv6;
    private final Band band;

    private IpRange(String text, boolean isIpv6, Band band) {
        this.text = text;
        this.isIpv6 = isIpv6;
        this.band = band;
    }

    /// @throws IllegalArgumentException when it is no CIDR
    static IpRange of(String cidr) {
        var parsed =
                IpRules.parseCidr(cidr)
                        .orElseThrow(() -> new IllegalArgumentException("no CIDR: " + cidr));
        byte[] address = new byte[parsed.address().size()];
        for (int i = 0; i < address.length; i++) {
            address[i] = parsed.address().get(i);
        }
        int hostBits = address.length * 8 - parsed.prefix();
        var network = new BigInteger(1, address).shiftRight(hostBits).shiftLeft(hostBits);
        var all = BigInteger.ONE.shiftLeft(Math.min(hostBits, SIZE_BITS_MAX));
        // neither the network's own address nor IPv4's broadcast address is given away
        int reserved = parsed.isIpv6() ? 1 : 2;
        var size = all.subtract(BigInteger.valueOf(reserved)).max(BigInteger.ZERO);
        int lower = Band.lowerBand(all, LOWER_MIN, LOWER_MAX, LOWER_STEP);
        return new IpRange(
                cidr,
                parsed.isIpv6(),
                new Band(network.add(BigInteger.ONE), size, size.signum() == 0 ? 0 : lower));
    }

    String text() {
        return text;
    }

    boolean isIpv6() {
        return isIpv6;
    }

    String family() {
        return isIpv6 ? "IPv6" : "IPv4";
    }

    Band band() {
        return band;
    }

    boolean contains(String ip) {
        return IpRules.isIpv6(ip) == isIpv6
                && IpRules.bytes(ip)
                        .map(bytes -> band.contains(new BigInteger(1, bytes)))
                        .orElse(false);
    }

    /// Whether it lies in the CIDR at all, be it as the network's or broadcast address.
    boolean spans(String ip) {
        return contains(ip)
                || (IpRules.isIpv6(ip) == isIpv6
                        && IpRules.bytes(ip)
                                .map(bytes -> new BigInteger(1, bytes))
                                .map(number ->
                                        number.equals(band.first().subtract(BigInteger.ONE))
                                                || (!isIpv6
                                                        && number.equals(
                                                                band.first().add(band.size()))))
                                .orElse(false));
    }

    /// The first address, which is the Service `kubernetes`.
    String first() {
        return print(band.first());
    }

    String print(BigInteger number) {
        byte[] raw = number.toByteArray();
        byte[] out = new byte[isIpv6 ? 16 : 4];
        int from = Math.max(0, raw.length - out.length);
        byte[] tail = Arrays.copyOfRange(raw, from, raw.length);
        System.arraycopy(tail, 0, out, out.length - tail.length, tail.length);
        return IpRules.print(out);
    }
}
