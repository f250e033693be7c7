package io.j8s.cli;

import io.j8s.machinery.names.IpRules;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// The InternalIPs of a node: one, or one of each family in a cluster whose pods have both.
final class NodeAddresses {

    private NodeAddresses() {}

    /// Reads `--node-ip`, which as upstream's takes one address or one of each family.
    static List<String> of(Flag<String> flag, List<String> given) throws CommandException {
        for (var address : given) {
            UpConfig.checkAddress(flag, address);
        }
        boolean isPair = given.size() == 2 && isIpv6(given.get(0)) != isIpv6(given.get(1));
        if (given.size() > 1 && !isPair) {
            throw CommandException.usage(
                    "%s is \"%s\": use one address, or one IPv4 and one IPv6 address"
                            .formatted(flag.name(), String.join(",", given)));
        }
        return given.stream()
                .map(address -> IpRules.print(InetAddress.ofLiteral(address).getAddress()))
                .toList();
    }

    /// Refuses addresses that others could not reach this machine at (upstream: `validateNodeIP`).
    static void check(List<String> addresses) throws CommandException {
        for (var text : addresses) {
            var address = InetAddress.ofLiteral(text);
            if (address.isLoopbackAddress()
                    || address.isMulticastAddress()
                    || address.isLinkLocalAddress()
                    || address.isAnyLocalAddress()
                    || !isOurs(address)) {
                throw new CommandException(
                        "--node-ip %s is no address at which others reach this machine: `ip address` lists them"
                                .formatted(text));
            }
        }
    }

    private static boolean isOurs(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException _) {
            return true; // nothing is known against it
        }
    }

    /// Those that were given, else the primary one; and for every family of pods that these are not
    /// of, the source address of its default route, if it has one.
    static List<String> complete(
            List<String> given, String primary, List<String> clusterCidrs, DefaultRoute routes) {
        var all = new ArrayList<>(given.isEmpty() ? List.of(primary) : given);
        for (var cidr : clusterCidrs) {
            Predicate<String> isOfFamily = address -> isIpv6(address) == isIpv6(cidr);
            if (all.stream().noneMatch(isOfFamily)) {
                routes.source(isIpv6(cidr)).ifPresent(all::add);
            }
        }
        return List.copyOf(all);
    }

    /// What the kernel says of the way to everywhere.
    interface DefaultRoute {
        Optional<String> source(boolean isIpv6);
    }

    private static boolean isIpv6(String addressOrRange) {
        return addressOrRange.indexOf(':') >= 0;
    }
}
