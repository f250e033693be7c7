package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.machinery.names.IpRules;

import java.net.InetAddress;

/// What endpoints, endpoint slices and external addresses of services have in common.
public final class EndpointRules {

    private EndpointRules() {}

    /// Upstream's `ValidateNonSpecialIP`: an address that other machines can reach.
    public static void notSpecial(At at, String field, String ip) {
        var parsed = IpRules.inetAddress(ip);
        if (parsed.isEmpty()) {
            at.invalid(field, ip, "must be a valid IP address");
            return;
        }
        InetAddress address = parsed.get();
        if (address.isAnyLocalAddress()) {
            at.invalid(field, ip, "may not be unspecified (" + ip + ")");
        }
        if (address.isLoopbackAddress()) {
            at.invalid(field, ip, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
        }
        if (address.isLinkLocalAddress()) {
            at.invalid(field, ip, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        }
        if (address.isMCLinkLocal()) {
            at.invalid(
                    field,
                    ip,
                    "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
        }
    }
}
