package io.j8s.apiserver.proxy;

import java.net.InetAddress;

/// Addresses that mean the same host to everybody (upstream: Go's `IP.IsGlobalUnicast`, private
/// ranges included).
public final class GlobalUnicast {

    private GlobalUnicast() {}

    public static boolean contains(InetAddress address) {
        return !address.isAnyLocalAddress()
                && !address.isLoopbackAddress()
                && !address.isMulticastAddress()
                && !address.isLinkLocalAddress()
                && !address.getHostAddress().equals("255.255.255.255");
    }
}
