package io.j8s.nodeagent.dns;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Who is asked for names outside the cluster.
///
/// @param upstreams empty refuses all names that no stub domain covers
/// @param stubDomains servers for single domains
record DnsConfig(
        List<InetSocketAddress> upstreams, Map<Name, List<InetSocketAddress>> stubDomains) {

    private static final int DNS_PORT = 53;

    DnsConfig {
        upstreams = List.copyOf(upstreams);
        stubDomains = Map.copyOf(stubDomains);
    }

    static DnsConfig of(
            List<InetSocketAddress> upstreams, Map<String, List<InetSocketAddress>> stubDomains) {
        var stubs = new HashMap<Name, List<InetSocketAddress>>();
        stubDomains.forEach((domain, servers) -> stubs.put(name(domain), servers));
        return new DnsConfig(upstreams, stubs);
    }

    /// With what the ConfigMap `kube-system/kube-dns` says, in the form that upstream documents for
    /// it: `upstreamNameservers`, a JSON list of addresses, instead of the node's own, and
    /// `stubDomains`, a JSON object with such a list for each domain.
    ///
    /// @throws IllegalArgumentException in one sentence when it cannot be read
    DnsConfig changedBy(ConfigMap config) {
        var data = config.getData();
        if (data == null) {
            return this;
        }
        var given = data.getOrDefault("upstreamNameservers", "");
        var servers = given.isBlank() ? upstreams : servers(read(given, List.class));
        var stubs = new HashMap<>(stubDomains);
        var domains = data.getOrDefault("stubDomains", "");
        if (!domains.isBlank()) {
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) read(domains, Map.class)).entrySet()) {
                if (!(entry.getValue() instanceof List<?> list)) {
                    throw new IllegalArgumentException(
                            "stubDomains has no list for " + entry.getKey());
                }
                stubs.put(name(entry.getKey().toString()), servers(list));
            }
        }
        return new DnsConfig(servers, stubs);
    }

    private static <T> T read(String json, Class<T> type) {
        try {
            return new KubernetesSerialization().unmarshal(json, type);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("not JSON: " + json, e);
        }
    }

    private static List<InetSocketAddress> servers(List<?> texts) {
        var servers = new ArrayList<InetSocketAddress>();
        for (var text : texts) {
            servers.add(server(text.toString()));
        }
        return servers;
    }

    /// `10.0.0.1`, `10.0.0.1:5353`, `fd00::1` or `[fd00::1]:5353`.
    static InetSocketAddress server(String text) {
        int colon = text.lastIndexOf(':');
        boolean hasPort =
                colon > 0 && (text.indexOf(':') == colon || text.charAt(colon - 1) == ']');
        var address = hasPort ? text.substring(0, colon) : text;
        return new InetSocketAddress(
                InetAddress.ofLiteral(address.replaceAll("[\\[\\]]", "")),
                hasPort ? Integer.parseInt(text.substring(colon + 1)) : DNS_PORT);
    }

    private static Name name(String domain) {
        try {
            return Name.fromString(domain, Name.root);
        } catch (TextParseException e) {
            throw new IllegalArgumentException("not a domain: " + domain, e);
        }
    }
}
