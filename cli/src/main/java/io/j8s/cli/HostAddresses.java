package io.j8s.cli;

import io.j8s.machinery.names.IpRules;

import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Optional;

/// What this machine is reached at.
final class HostAddresses {

    private HostAddresses() {}

    /// The source address of the default route; empty on a machine without one. Connecting a UDP
    /// socket sends nothing: the kernel only looks up the route.
    static Optional<String> ofDefaultRoute() {
        return ofDefaultRoute(false);
    }

    /// The same of one family.
    static Optional<String> ofDefaultRoute(boolean isIpv6) {
        return towards(isIpv6 ? "2001:db8::1" : "192.0.2.1");
    }

    /// The source address of what is sent to a host, a name or an address.
    static Optional<String> towards(String host) {
        try (var socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(host), 9));
            var address = socket.getLocalAddress();
            return address.isAnyLocalAddress()
                            || address.isLoopbackAddress()
                            || address.isLinkLocalAddress()
                    ? Optional.empty()
                    : Optional.of(IpRules.print(address.getAddress()));
        } catch (SocketException | UnknownHostException | UncheckedIOException e) {
            return Optional.empty(); // no route
        }
    }
}
