package io.j8s.certs;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;

/// Which names the API server's serving certificate stands for (DESIGN.md, command line contract).
public final class ServingNames {

    private ServingNames() {}

    /// @param addresses advertise, bind and node addresses; wildcards are left out
    /// @param serviceIp the first address of the service network
    /// @param domain the cluster's DNS domain
    /// @param extra `--tls-san`
    public static AltNames of(
            String hostname,
            Collection<String> addresses,
            Collection<String> serviceIp,
            String domain,
            Collection<String> extra) {
        var names = new LinkedHashSet<String>();
        names.addAll(List.of("localhost", "127.0.0.1", "::1", hostname));
        names.addAll(addresses);
        names.removeAll(List.of("0.0.0.0", "::"));
        names.addAll(serviceIp);
        names.addAll(kubernetes(domain));
        names.addAll(extra);
        names.remove("");
        return AltNames.of(names);
    }

    private static List<String> kubernetes(String domain) {
        var out = new ArrayList<>(List.of("kubernetes", "kubernetes.default"));
        out.add("kubernetes.default.svc");
        if (!domain.isEmpty()) {
            out.add("kubernetes.default.svc." + domain);
        }
        return out;
    }
}
