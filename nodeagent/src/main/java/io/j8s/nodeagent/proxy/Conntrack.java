package io.j8s.nodeagent.proxy;

import java.util.List;

/// Ends what connection tracking remembers of UDP flows to endpoints that are gone; datagrams would
/// else go on to nowhere (upstream: `pkg/proxy/conntrack`).
interface Conntrack {

    /// Forgets flows to `serviceIp` that were translated to `endpointIp`.
    void forget(String serviceIp, String endpointIp) throws InterruptedException;

    /// Forgets flows to a service address that had no endpoint and now has one.
    void forgetUntranslated(String serviceIp, int port) throws InterruptedException;

    /// The host's `conntrack` program. Having nothing to forget is no failure.
    static Conntrack ofHost() {
        return new Conntrack() {
            @Override
            public void forget(String serviceIp, String endpointIp) throws InterruptedException {
                run("--orig-dst", serviceIp, "--dst-nat", endpointIp);
            }

            @Override
            public void forgetUntranslated(String serviceIp, int port) throws InterruptedException {
                run("--orig-dst", serviceIp, "--dport", Integer.toString(port));
            }

            private void run(String... filter) throws InterruptedException {
                var command = new java.util.ArrayList<>(List.of("conntrack", "-D", "-p", "udp"));
                command.addAll(List.of(filter));
                var _ = HostCommand.run(command, "");
            }
        };
    }
}
