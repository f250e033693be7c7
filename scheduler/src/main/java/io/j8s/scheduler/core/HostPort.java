package io.j8s.scheduler.core;

/// A port that a pod takes on its node.
///
/// @param ip `0.0.0.0` for all addresses
public record HostPort(String ip, String protocol, int port) {

    private static final String ANY = "0.0.0.0";

    /// Two pods cannot both have their port when number and protocol agree and the addresses
    /// overlap.
    public boolean conflictsWith(HostPort other) {
        return port == other.port
                && protocol.equals(other.protocol)
                && (ip.equals(other.ip) || ip.equals(ANY) || other.ip.equals(ANY));
    }
}
