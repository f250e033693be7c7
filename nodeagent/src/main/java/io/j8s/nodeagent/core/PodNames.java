package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.Pod;

import java.util.List;

/// A pod's host name, domain and hosts file. Pure.
public final class PodNames {

    private static final int HOSTNAME_MAX = 63; // upstream: hostNameMax, the kernel's limit is 64

    private PodNames() {}

    public static String hostname(Pod pod, String clusterDomain) {
        var override = pod.getSpec().getHostnameOverride();
        if (override != null && !override.isEmpty()) {
            return override;
        }
        var hostname = shortName(pod);
        var domain = domain(pod, clusterDomain);
        return Boolean.TRUE.equals(pod.getSpec().getSetHostnameAsFQDN()) && !domain.isEmpty()
                ? hostname + "." + domain
                : hostname;
    }

    private static String shortName(Pod pod) {
        var wanted = pod.getSpec().getHostname();
        var name = wanted == null || wanted.isEmpty() ? pod.getMetadata().getName() : wanted;
        var cut = name.length() > HOSTNAME_MAX ? name.substring(0, HOSTNAME_MAX) : name;
        return cut.replaceAll("[-.]+$", "");
    }

    public static String domain(Pod pod, String clusterDomain) {
        var subdomain = pod.getSpec().getSubdomain();
        if (subdomain == null || subdomain.isEmpty()) {
            return "";
        }
        return subdomain + "." + pod.getMetadata().getNamespace() + ".svc." + clusterDomain;
    }

    /// @param hostsOfNode the node's own file, for pods in its network
    public static String hostsFile(
            Pod pod, List<String> podIps, String clusterDomain, String hostsOfNode) {
        var text = new StringBuilder();
        if (PodFacts.isHostNetwork(pod)) {
            text.append("# Kubernetes-managed hosts file (host network).\n").append(hostsOfNode);
        } else {
            text.append(
                    """
                    # Kubernetes-managed hosts file.
                    127.0.0.1\tlocalhost
                    ::1\tlocalhost ip6-localhost ip6-loopback
                    fe00::0\tip6-localnet
                    fe00::0\tip6-mcastprefix
                    fe00::1\tip6-allnodes
                    fe00::2\tip6-allrouters
                    """);
            var override = pod.getSpec().getHostnameOverride();
            var hostname = override == null || override.isEmpty() ? shortName(pod) : override;
            var domain = domain(pod, clusterDomain);
            for (var ip : podIps) {
                text.append(ip).append('\t');
                if (!domain.isEmpty() && (override == null || override.isEmpty())) {
                    text.append(hostname).append('.').append(domain).append('\t');
                }
                text.append(hostname).append('\n');
            }
        }
        addAliases(pod.getSpec().getHostAliases(), text);
        return text.toString();
    }

    private static void addAliases(List<HostAlias> aliases, StringBuilder text) {
        if (aliases.isEmpty()) {
            return;
        }
        text.append("\n# Entries added by HostAliases.\n");
        for (var alias : aliases) {
            text.append(alias.getIp())
                    .append('\t')
                    .append(String.join("\t", alias.getHostnames()))
                    .append('\n');
        }
    }
}
