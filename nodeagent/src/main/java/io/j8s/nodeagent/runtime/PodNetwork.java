package io.j8s.nodeagent.runtime;

import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.nftables.NftSocket;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/// The default pod network: the standard CNI plugins bridge, host-local and portmap, configured for
/// this instance, and one nftables rule that hides pod addresses from the outside.
///
/// @param podCidrs this node's ranges, one per address family
/// @param clusterCidrs all nodes' ranges: traffic between them keeps its addresses
public record PodNetwork(NodePaths paths, List<String> podCidrs, List<String> clusterCidrs) {

    private static final Duration NFT_TIMEOUT = Duration.ofSeconds(20);
    private static final List<Path> PLUGIN_DIRECTORIES =
            List.of(Path.of("/usr/lib/cni"), Path.of("/opt/cni/bin"), Path.of("/usr/libexec/cni"));

    public PodNetwork {
        podCidrs = List.copyOf(podCidrs);
        clusterCidrs = List.copyOf(clusterCidrs);
    }

    /// Where the host has its CNI plugins: Debian's directory, else the one most others use.
    static Path pluginDirectory() throws IOException {
        for (var directory : PLUGIN_DIRECTORIES) {
            if (Files.isExecutable(directory.resolve("bridge"))) {
                return directory;
            }
        }
        throw new IOException(
                "no CNI plugins in "
                        + PLUGIN_DIRECTORIES
                        + "; install containernetworking-plugins");
    }

    /// Writes the CNI configuration, which the runtime notices by itself, and the rules.
    public void apply() throws IOException, InterruptedException {
        Files.createDirectories(paths.cniConfig());
        Files.createDirectories(paths.cniAddresses());
        // written beside and moved, so that the runtime never reads half of it
        var partial = paths.cniConfig().resolve("10-j8s.conflist.partial");
        Files.writeString(partial, conflist());
        Files.move(
                partial,
                paths.cniConfig().resolve("10-j8s.conflist"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        makeRules();
    }

    /// Puts the rules back when they are gone.
    public AutoCloseable keep(Executor threads, Timers timers) {
        var rules =
                new OutboundRules(
                        NftSocket.ofHost(), paths.nftTable(), podCidrs.size(), this::makeRules);
        return rules.start(threads, timers);
    }

    private void makeRules() throws IOException, InterruptedException {
        HostCommand.run(NFT_TIMEOUT, masquerading(), List.of("nft", "-f", "-"));
    }

    String conflist() {
        var ranges =
                podCidrs.stream()
                        .map(cidr -> "[{\"subnet\":\"%s\"}]".formatted(cidr))
                        .collect(Collectors.joining(","));
        var routes =
                podCidrs.stream()
                        .map(cidr ->
                                isIpv6(cidr) ? "{\"dst\":\"::/0\"}" : "{\"dst\":\"0.0.0.0/0\"}")
                        .distinct()
                        .collect(Collectors.joining(","));
        return """
        {
          "cniVersion": "0.4.0",
          "name": "%s",
          "plugins": [
            {
              "type": "bridge",
              "bridge": "%s",
              "isGateway": true,
              "hairpinMode": true,
              "ipMasq": false,
              "ipam": {
                "type": "host-local",
                "dataDir": "%s",
                "ranges": [%s],
                "routes": [%s]
              }
            },
            {"type": "portmap", "capabilities": {"portMappings": true}}
          ]
        }
        """
                .formatted(paths.name(), paths.name(), paths.cniAddresses(), ranges, routes);
    }

    /// One transaction that replaces the chain: what leaves the cluster's ranges gets the host's
    /// address.
    String masquerading() {
        var rules = new ArrayList<String>();
        for (var cidr : podCidrs) {
            var family = isIpv6(cidr) ? "ip6" : "ip";
            var others =
                    clusterCidrs.stream()
                            .filter(other -> isIpv6(other) == isIpv6(cidr))
                            .collect(Collectors.joining(", "));
            var multicast = isIpv6(cidr) ? "ff00::/8" : "224.0.0.0/4";
            rules.add(
                    "    %s saddr %s %s daddr != { %s } masquerade"
                            .formatted(
                                    family,
                                    cidr,
                                    family,
                                    others.isEmpty()
                                            ? cidr + ", " + multicast
                                            : others + ", " + multicast));
        }
        return """
        table inet %s {
          chain pods-outbound {
            type nat hook postrouting priority 100; policy accept;
          }
        }
        flush chain inet %s pods-outbound
        table inet %s {
          chain pods-outbound {
        %s
          }
        }
        """
                .formatted(
                        paths.nftTable(),
                        paths.nftTable(),
                        paths.nftTable(),
                        String.join("\n", rules));
    }

    private static boolean isIpv6(String cidr) {
        return cidr.indexOf(':') >= 0;
    }
}
