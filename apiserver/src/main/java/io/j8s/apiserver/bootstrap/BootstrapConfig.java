package io.j8s.apiserver.bootstrap;

import io.j8s.apiserver.access.RequestHeaderConfig;

import java.util.List;

/// What the first objects say of this server.
///
/// @param advertiseAddress where others reach it; the endpoint of Service `kubernetes`
/// @param port its secure port
/// @param hostname names its identity Lease
/// @param serviceCidrs `--service-cluster-ip-range`
/// @param authorityPem the cluster CA's certificate
/// @param requestHeaders by which extension servers believe the aggregation layer
public record BootstrapConfig(
        String advertiseAddress,
        int port,
        String hostname,
        List<String> serviceCidrs,
        String authorityPem,
        RequestHeaderConfig requestHeaders) {

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
