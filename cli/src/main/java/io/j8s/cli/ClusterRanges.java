package io.j8s.cli;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// Whether the ranges of pods and of services and the address of the DNS go together: what does not
/// would leave a cluster that is never ready. Pure.
final class ClusterRanges {

    private static final int DNS_OFFSET = 10;

    private ClusterRanges() {}

    /// @param dns empty for the tenth service address
    /// @return the address of the DNS
    static String check(List<String> clusterCidrs, List<String> serviceCidrs, Optional<String> dns)
            throws CommandException {
        var pods = ranges(ClusterFlags.CLUSTER_CIDR, clusterCidrs);
        var services = ranges(ClusterFlags.SERVICE_CIDR, serviceCidrs);
        for (var range : pods) {
            if (!range.hasNodes()) {
                throw CommandException.usage(
                        "--cluster-cidr is \"%s\": use a prefix of %d to %d bits, of which each node takes a /%d"
                                .formatted(
                                        range,
                                        range.nodeBits() - Cidr.NODES_BITS_MAX,
                                        range.nodeBits(),
                                        range.nodeBits()));
            }
        }
        for (var service : services) {
            if (pods.stream().noneMatch(range -> range.isIpv6() == service.isIpv6())) {
                throw CommandException.usage(
                        "--service-cidr has \"%s\", but pods have no address of that family: add one to --cluster-cidr"
                                .formatted(service));
            }
            for (var range : pods) {
                if (service.overlaps(range)) {
                    throw CommandException.usage(
                            "--service-cidr \"%s\" overlaps --cluster-cidr \"%s\": use others"
                                    .formatted(service, range));
                }
            }
        }
        return dns(services.getFirst(), dns);
    }

    private static String dns(Cidr services, Optional<String> given) throws CommandException {
        var first = InetAddress.ofLiteral(services.address(1));
        if (given.isPresent()) {
            var address = InetAddress.ofLiteral(given.get());
            if (!services.contains(address)
                    || address.equals(services.first())
                    || address.equals(first)) {
                throw CommandException.usage(
                        "--cluster-dns is \"%s\": use an address of \"%s\" behind its first one"
                                .formatted(given.get(), services));
            }
            return given.get();
        }
        var standard = services.address(DNS_OFFSET);
        if (!services.contains(InetAddress.ofLiteral(standard))) {
            throw CommandException.usage(
                    "--service-cidr is \"%s\": use a range of 16 addresses or more"
                            .formatted(services));
        }
        return standard;
    }

    private static List<Cidr> ranges(Flag<String> flag, List<String> given)
            throws CommandException {
        var ranges = given.stream().map(Cidr::parse).toList();
        if (ranges.size() == 2 && ranges.get(0).isIpv6() == ranges.get(1).isIpv6()) {
            throw CommandException.usage(
                    "%s is \"%s\": use one range, or one of IPv4 and one of IPv6"
                            .formatted(flag.name(), String.join(",", given)));
        }
        return ranges;
    }
}
