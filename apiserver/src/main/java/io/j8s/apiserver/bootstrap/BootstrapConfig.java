package io.j8s.apiserver.bootstrap;

import io.j8s.apiserver.access.authn.FrontProxy;
import io.j8s.apiserver.discovery.ServedGroup;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.List;

/// What the first objects say of this server.
///
/// @param advertiseAddress where others reach it; the endpoint of Service `kubernetes`
/// @param port its secure port
/// @param hostname names its identity Lease
/// @param serviceCidrs `--service-cluster-ip-range`
/// @param authorityPem what signs clients' certificates; empty for none
/// @param frontProxy who may speak for others; null for nobody
/// @param served which API this server has
/// @param publishesClusterInfo whether machines that join are told whom to trust, as kubeadm does
public record BootstrapConfig(
        String advertiseAddress,
        int port,
        String hostname,
        List<String> serviceCidrs,
        String authorityPem,
        @Nullable FrontProxy frontProxy,
        boolean publishesClusterInfo,
        List<ServedGroup> served) {

    public BootstrapConfig {
        serviceCidrs = List.copyOf(serviceCidrs);
        served = List.copyOf(served);
    }

    /// Whether the advertised address means this machine to others too.
    boolean isReachable() {
        return !InetAddress.ofLiteral(advertiseAddress).isLoopbackAddress();
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
