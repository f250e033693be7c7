package io.j8s.nodeagent.proxy;

/// What `nft` itself notes beside sets that are declared by `typeof`, in hexadecimal. With it, what
/// `nft list ruleset` shows of our tables can be loaded again, which people do to keep their rules
/// over a restart of the machine. To the kernel these are bytes without a meaning. Pure.
final class TypeHints {

    private static final String NUMGEN =
            "00041700000001120004000000000104020000000204" + "00000000";
    private static final String CONCAT = "00040d00000001";
    private static final String PAYLOAD = "000407000000010c0004";

    private TypeHints() {}

    /// `typeof numgen inc mod 2 : ip daddr . tcp dport`, or of `ip6`.
    static String turnToEndpoint(Family family) {
        return "000401000000" // keys and values are in the machine's byte order
                + "010400000000"
                + ("031a" + NUMGEN)
                + ("0434" + CONCAT + "2c")
                + ("0014" + header(family, "0c", "09"))
                + ("0114" + PAYLOAD + "08000000" + "0104" + "02000000")
                + ("0604" + "00000000");
    }

    /// `typeof ip saddr . numgen inc mod 2`, or of `ip6`.
    static String clientAndTurn(Family family) {
        return "000400000000"
                + ("033a" + CONCAT + "32")
                + ("0014" + header(family, "0b", "08"))
                + ("011a" + NUMGEN);
    }

    private static String header(Family family, String ofIpv4, String ofIpv6) {
        boolean isIpv4 = family == Family.IPV4;
        return PAYLOAD
                + (isIpv4 ? "0c" : "0d")
                + "0000000104"
                + (isIpv4 ? ofIpv4 : ofIpv6)
                + "000000";
    }
}
