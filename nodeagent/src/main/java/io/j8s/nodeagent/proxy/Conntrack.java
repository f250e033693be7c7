package io.j8s.nodeagent.proxy;

import java.util.ArrayList;
import java.util.List;

/// Ends what connection tracking remembers of UDP flows to endpoints that are gone; datagrams would
/// else go on to nowhere (upstream: `pkg/proxy/conntrack`).
interface Conntrack {

    /// Forgets the UDP flows that options of `conntrack` select.
    void delete(List<String> filter) throws InterruptedException;

    /// Forgets flows to `serviceIp` that were translated to `endpointIp`.
    default void forget(Family family, String serviceIp, String endpointIp)
            throws InterruptedException {
        delete(List.of("-f", family.conntrack(), "--orig-dst", serviceIp, "--dst-nat", endpointIp));
    }

    /// Forgets flows to a port of this host that were translated to `endpointIp`.
    default void forgetPort(Family family, int port, String endpointIp)
            throws InterruptedException {
        delete(
                List.of(
                        "-f",
                        family.conntrack(),
                        "--dport",
                        Integer.toString(port),
                        "--dst-nat",
                        endpointIp));
    }

    /// Forgets flows to a service address that had no endpoint and now has one.
    default void forgetUntranslated(Family family, String serviceIp, int port)
            throws InterruptedException {
        delete(
                List.of(
                        "-f",
                        family.conntrack(),
                        "--orig-dst",
                        serviceIp,
                        "--dport",
                        Integer.toString(port)));
    }

    /// The same of a port of this host.
    default void forgetUntranslatedPort(Family family, int port) throws InterruptedException {
        delete(List.of("-f", family.conntrack(), "--dport", Integer.toString(port)));
    }

    /// The host's `conntrack` program. Having nothing to forget is no failure.
    static Conntrack ofHost() {
        return filter -> {
            var command = new ArrayList<>(List.of("conntrack", "-D", "-p", "udp"));
            command.addAll(filter);
            var _ = HostCommand.run(command, "");
        };
    }
}
