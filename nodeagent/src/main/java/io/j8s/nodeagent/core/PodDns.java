package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodDNSConfig;
import io.j8s.cri.v1.DNSConfig;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;

/// A pod's resolv.conf, from its DNS policy, its own DNS settings and the node's. Pure.
///
/// @param servers the cluster's DNS
/// @param hostFile text of the node's resolv.conf
public record PodDns(List<String> servers, String clusterDomain, String hostFile) {

    private static final int SERVERS_MAX = 3; // upstream: MaxDNSNameservers
    private static final int SEARCHES_MAX = 32; // upstream: MaxDNSSearchPaths

    public PodDns {
        servers = List.copyOf(servers);
    }

    public DNSConfig of(Pod pod) {
        var policy = pod.getSpec().getDnsPolicy();
        var config =
                switch (policy == null ? "ClusterFirst" : policy) {
                    case "None" -> DNSConfig.newBuilder();
                    case "Default" -> ofHost();
                    case "ClusterFirstWithHostNet" -> ofCluster(pod);
                    default -> PodFacts.isHostNetwork(pod) ? ofHost() : ofCluster(pod);
                };
        if (pod.getSpec().getDnsConfig() != null) {
            config = withOwn(config, pod.getSpec().getDnsConfig());
        }
        return limited(config);
    }

    private DNSConfig.Builder ofCluster(Pod pod) {
        if (servers.isEmpty()) {
            return ofHost();
        }
        var searches = new LinkedHashSet<String>();
        searches.add(pod.getMetadata().getNamespace() + ".svc." + clusterDomain);
        searches.add("svc." + clusterDomain);
        searches.add(clusterDomain);
        searches.addAll(ofHost().getSearchesList());
        return DNSConfig.newBuilder()
                .addAllServers(servers)
                .addAllSearches(searches)
                .addOptions("ndots:5");
    }

    private DNSConfig.Builder ofHost() {
        var config = DNSConfig.newBuilder();
        var searches = List.<String>of();
        for (var line : hostFile.lines().toList()) {
            var words = List.of(line.strip().split("\\s+", -1));
            var rest = words.subList(1, words.size());
            switch (words.getFirst()) {
                case "nameserver" -> rest.stream().limit(1).forEach(config::addServers);
                case "search" ->
                        searches =
                                rest.stream()
                                        .map(name -> name.equals(".") ? name : withoutDot(name))
                                        .toList();
                case "options" -> config.addAllOptions(rest);
                default -> {}
            }
        }
        return config.addAllSearches(searches);
    }

    private static String withoutDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private static DNSConfig.Builder withOwn(DNSConfig.Builder config, PodDNSConfig own) {
        var servers = new LinkedHashSet<>(config.getServersList());
        servers.addAll(own.getNameservers());
        var searches = new LinkedHashSet<>(config.getSearchesList());
        searches.addAll(own.getSearches());
        var options = new LinkedHashMap<String, String>(); // by name, the pod's own win
        for (var option : config.getOptionsList()) {
            int colon = option.indexOf(':');
            options.put(colon < 0 ? option : option.substring(0, colon), option);
        }
        for (var option : own.getOptions()) {
            var value = option.getValue();
            options.put(
                    option.getName(),
                    value == null ? option.getName() : option.getName() + ":" + value);
        }
        return DNSConfig.newBuilder()
                .addAllServers(servers)
                .addAllSearches(searches)
                .addAllOptions(options.values());
    }

    private static DNSConfig limited(DNSConfig.Builder config) {
        var servers = new ArrayList<>(config.getServersList());
        var searches = new ArrayList<>(config.getSearchesList());
        return DNSConfig.newBuilder()
                .addAllServers(servers.subList(0, Math.min(SERVERS_MAX, servers.size())))
                .addAllSearches(searches.subList(0, Math.min(SEARCHES_MAX, searches.size())))
                .addAllOptions(config.getOptionsList())
                .build();
    }
}
