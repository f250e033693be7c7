package io.j8s.apiserver.bootstrap;

import java.util.List;

/// What the first objects say of this server.
///
/// @param advertiseAddress where others reach it; the endpoint of Service `kubernetes`
/// @param port its secure port
/// @param hostname names its identity Lease
/// @param serviceCidrs `--service-cluster-ip-range`
/// @param authorityPem the cluster CA's certificate
/// @param frontProxyAuthorityPem verifies what the aggregation layer shows to extension servers
public record BootstrapConfig(
        String advertiseAddress,
        int port,
        String hostname,
        List<String> serviceCidrs,
        String authorityPem,
        String frontProxyAuthorityPem) {

    public BootstrapConfig {
        serviceCidrs = List.copyOf(serviceCidrs);
    }

    /// `https://ADDRESS:PORT`, as machines that join dial it.
    String server() {
        var host =
                advertiseAddress.indexOf(':') >= 0
                        ? "[" + advertiseAddress + "]"
                        : advertiseAddress;
        return "https://" + host + ":" + port;
    }
}
