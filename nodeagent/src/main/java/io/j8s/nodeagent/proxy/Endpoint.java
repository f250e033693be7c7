package io.j8s.nodeagent.proxy;

import java.util.Set;

/// One address that may serve a port of a Service.
///
/// @param isLocal whether it runs on this node
/// @param mayBeHere whether it does or nobody says where it runs
/// @param isReady whether it takes new connections
/// @param isServing whether it would, but for its termination
/// @param zones zones that the slice says it is for; empty for no hint
/// @param nodes nodes that the slice says it is for; empty for no hint
public record Endpoint(
        String ip,
        int port,
        boolean isLocal,
        boolean mayBeHere,
        boolean isReady,
        boolean isServing,
        boolean isTerminating,
        Set<String> zones,
        Set<String> nodes) {

    public Endpoint {
        zones = Set.copyOf(zones);
        nodes = Set.copyOf(nodes);
    }

    /// Address and port as one text, IPv6 in brackets.
    public String target() {
        return (ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":" + port;
    }
}
