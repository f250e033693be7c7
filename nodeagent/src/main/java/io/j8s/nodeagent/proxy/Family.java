package io.j8s.nodeagent.proxy;

/// One IP family, as nftables, EndpointSlices and addresses call it. Each has a table of its own.
enum Family {
    IPV4("ip", "ipv4_addr", "IPv4", "ip daddr != 127.0.0.0/8", "ipv4"),
    IPV6("ip6", "ipv6_addr", "IPv6", "ip6 daddr != ::1", "ipv6");

    private final String word;
    private final String addressType;
    private final String sliceType;
    private final String notLoopback;
    private final String conntrack;

    Family(
            String word,
            String addressType,
            String sliceType,
            String notLoopback,
            String conntrack) {
        this.word = word;
        this.addressType = addressType;
        this.sliceType = sliceType;
        this.notLoopback = notLoopback;
        this.conntrack = conntrack;
    }

    static Family of(String addressOrRange) {
        return addressOrRange.indexOf(':') < 0 ? IPV4 : IPV6;
    }

    /// `ip` or `ip6`, in tables and in matches.
    String word() {
        return word;
    }

    /// nftables' type of an address.
    String addressType() {
        return addressType;
    }

    /// An EndpointSlice's `addressType`.
    String sliceType() {
        return sliceType;
    }

    /// A match for what is not for loopback.
    String notLoopback() {
        return notLoopback;
    }

    /// The value of conntrack's `-f`.
    String conntrack() {
        return conntrack;
    }
}
